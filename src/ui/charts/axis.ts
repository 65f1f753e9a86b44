import type uPlot from "uplot";
import { fixed } from "../controls/figures";
import { resolveColour } from "./theme";

/** From one tick to the next: steps, tokens and milliseconds are whole. */
const WHOLE = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((m) => m * 10 ** power));

const LETTER = 6.6; // px of a digit at 11 px, about

/** Decimals that tell ticks of this distance apart: 2 for 0.25. */
export function decimalsOf(distance: number): number {
  return (
    distance
      .toFixed(12)
      .replace(/\.?0+$/, "")
      .split(".")[1]?.length ?? 0
  );
}

/** How axes of curves look. @param probe  an element that the colours are resolved in. */
export function axisOf(
  probe: HTMLElement,
  side: uPlot.Axis.Side,
  scale: string,
  hasGrid = false,
): uPlot.Axis {
  const colour = (name: string) => () => resolveColour(probe, name);
  return {
    side,
    scale,
    stroke: colour("var(--muted)"),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    grid: { show: hasGrid, stroke: colour("var(--line)"), width: 1 },
    ticks: { show: false },
    gap: 4,
    // As other figures are written, whatever the browser's language.
    ...(scale === "x"
      ? { incrs: WHOLE.flat(), size: 26 }
      : {
          size: (_plot, texts: readonly string[] | null) =>
            14 + LETTER * Math.max(4, ...(texts ?? []).map(({ length }) => length)),
          values: (_plot, ticks, _axis, _space, distance) =>
            ticks.map((tick) => fixed(tick, decimalsOf(distance))),
        }),
  };
}
