import type uPlot from "uplot";
import { resolveColour } from "./theme";

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
    size: scale === "x" ? 26 : 40,
    gap: 4,
  };
}
