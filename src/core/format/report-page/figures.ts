/** The page's figures as SVG: drawn once, readable without a script, coloured by the page's own style. */
import type { ModelSummary, ReportedRole, StudyReport } from "../report";
import { pairs } from "../../sage/similarity";
import type { SelectionRecord } from "../../select/select";
import { bounds, roleLabel, three } from "./words";
import { type Markup, html } from "./markup";

const WIDTH = 720;
const at = (x: number) => x.toFixed(1);

interface Row {
  readonly model: ModelSummary;
  /** SaGE of each question that has one. */
  readonly points: readonly number[];
}

/** Each model's mean with its interval, over the scores of the single questions. */
export function meansFigure(rows: readonly Row[], report: Pick<StudyReport, "config">): Markup {
  const [left, right, row] = [110, 60, 36];
  const height = rows.length * row + 30;
  const low = Math.min(0, Math.floor(Math.min(...rows.flatMap(({ points }) => points)) * 5) / 5);
  const x = (value: number) => at(left + ((value - low) / (1 - low)) * (WIDTH - left - right));
  const said = rows
    .map(
      ({ model }) =>
        `${roleLabel(model.name, report)} ${three(model.mean)} ${bounds(model.interval)}`,
    )
    .join("; ");
  return svg(height, `Mean SaGE with its interval: ${said}`, [
    ...ticks(low).map(
      (tick) =>
        html`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="4" y2="${height - 24}" />
          <text x="${x(tick)}" y="${height - 8}" text-anchor="middle">${tick.toFixed(1)}</text>`,
    ),
    ...rows.map(({ model, points }, i) => {
      const y = 22 + i * row;
      const { name, mean, interval } = model;
      return html`<text class="ink" x="${left - 14}" y="${y + 4}" text-anchor="end"
          >${roleLabel(name, report)}</text
        >
        <g class="${name}"
          >${points.map((point, k) => html`<circle class="point" cx="${x(point)}" cy="${y + 5 * ((k % 3) - 1)}" r="2.4" />`)}
          ${interval && html`<line class="interval" x1="${x(interval[0])}" x2="${x(interval[1])}" y1="${y}" y2="${y}" />`}
          ${mean === null ? null : html`<circle cx="${x(mean)}" cy="${y}" r="6" />`}</g
        >
        ${mean === null ? null : html`<text class="ink" x="${Number(x(interval?.[1] ?? mean)) + 10}" y="${y + 4}">${three(mean)}</text>`}`;
    }),
  ]);
}

/** The threshold falling question by question, and the aligned score of each. */
export function thresholdFigure(records: readonly SelectionRecord[]): Markup {
  const [left, top, height] = [40, 10, 190];
  const scores = records.flatMap(({ aligned, threshold }) => [aligned ?? threshold, threshold]);
  const low = Math.floor(Math.min(0.8, ...scores) * 5) / 5;
  const x = (i: number) => at(left + ((i + 0.5) / records.length) * (WIDTH - left - 10));
  const y = (value: number) => at(top + ((1 - value) / (1 - low)) * (height - top - 26));
  const line = records.map(({ threshold }, i) => `${i === 0 ? "M" : "L"}${x(i)},${y(threshold)}`);
  const kept = records.filter(({ decision }) => decision === "train").length;
  const label = `Threshold of selection over ${records.length} questions; ${kept} were kept`;
  return svg(height, label, [
    ...ticks(low).map(
      (tick) =>
        html`<line class="grid" x1="${left}" x2="${WIDTH - 10}" y1="${y(tick)}" y2="${y(tick)}" />
          <text x="${left - 8}" y="${Number(y(tick)) + 4}" text-anchor="end"
            >${tick.toFixed(1)}</text
          >`,
    ),
    html`<path class="line" d="${line.join("")}" />`,
    ...records.map(({ aligned, decision }, i) =>
      aligned === null
        ? html``
        : html`<circle class="decision ${decision}" cx="${x(i)}" cy="${y(aligned)}" r="4.5" />`,
    ),
    html`<text x="${left}" y="${height - 6}">question 1</text>
      <text x="${WIDTH - 10}" y="${height - 6}" text-anchor="end">${records.length}</text>`,
  ]);
}

/** A value over the steps of a training. */
export function curveFigure(
  points: readonly { readonly step: number; readonly value: number }[],
  { label, role }: { readonly label: string; readonly role: ReportedRole },
): Markup {
  const [left, top, height] = [52, 12, 170];
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const values = finite.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = points.at(-1)?.step ?? 1;
  const x = (step: number) => at(left + ((step - 1) / Math.max(1, last - 1)) * (WIDTH - left - 10));
  const y = (value: number) => at(top + ((high - value) / (high - low || 1)) * (height - top - 30));
  const path = finite.map(({ step, value }, i) => `${i === 0 ? "M" : "L"}${x(step)},${y(value)}`);
  const ends = values.length === 0 ? "" : `, from ${three(values[0])} to ${three(values.at(-1))}`;
  return svg(height, `${label} over ${last} steps${ends}`, [
    ...[low, high]
      .filter(Number.isFinite)
      .map(
        (tick) =>
          html`<line class="grid" x1="${left}" x2="${WIDTH - 10}" y1="${y(tick)}" y2="${y(tick)}" />
            <text x="${left - 8}" y="${Number(y(tick)) + 4}" text-anchor="end"
              >${three(tick)}</text
            >`,
      ),
    html`<path class="line ${role}" d="${path.join("")}" />
      <text x="${left}" y="${height - 6}">step 1</text>
      <text x="${WIDTH - 10}" y="${height - 6}" text-anchor="end">${last}</text>`,
  ]);
}

/** The answers to one question as a graph: a node an answer, a line a pair, thicker where the two are closer in meaning. */
export function answersFigure(
  weights: readonly number[],
  n: number,
  role: ReportedRole,
  size = 44,
): Markup {
  const radius = size / 2 - 4;
  const nodes = Array.from({ length: n }, (_, i) => {
    const angle = (2 * Math.PI * i) / n;
    return { x: at(radius * Math.sin(angle)), y: at(-radius * Math.cos(angle)) };
  });
  const edges = pairs(n).map(([i, j], k) => {
    const width = Math.max(0.03, weights[k] ?? 0) ** 2;
    const style = `stroke-width:${(3 * width).toFixed(2)};opacity:${(0.25 + 0.65 * width).toFixed(2)}`;
    return html`<line
      x1="${nodes[i]!.x}"
      y1="${nodes[i]!.y}"
      x2="${nodes[j]!.x}"
      y2="${nodes[j]!.y}"
      style="${style}"
    />`;
  });
  const half = size / 2;
  return html`<svg
    class="answers ${role}"
    width="${size}"
    height="${size}"
    viewBox="${-half} ${-half} ${size} ${size}"
    aria-hidden="true"
  >
    ${edges}${nodes.map(({ x, y }) => html`<circle cx="${x}" cy="${y}" r="2.2" />`)}
  </svg>`;
}

function svg(height: number, label: string, parts: readonly Markup[]): Markup {
  return html`<svg class="figure" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
    ${parts}
  </svg>`;
}

/** 0, 0.2 … 1, from below 0 where a score is. */
function ticks(low: number): number[] {
  return Array.from({ length: Math.round((1 - low) * 5) + 1 }, (_, i) => low + i / 5);
}
