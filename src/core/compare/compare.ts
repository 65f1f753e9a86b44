/** Two models' scores of the same questions, measure by measure. */
import type { QuestionId } from "../corpus/corpus";
import { MEASURE_NAMES, type MeasureName, measuredOf } from "../measures/registry";
import type { BootstrapOptions } from "../statistics/bootstrap";
import { type PairedDifference, pairedDifference } from "../statistics/paired";
import { type Power, pairedPower } from "../statistics/power";
import type { QuestionScore } from "../study/scoring";

export interface MeasureComparison {
  readonly measure: MeasureName;
  /** Means over the questions that both have; null without one. */
  readonly before: number | null;
  readonly after: number | null;
  readonly paired: PairedDifference;
}

/** How a question's SaGE changed. */
export interface Change {
  readonly id: QuestionId;
  readonly before: number;
  readonly after: number;
}

export interface ModelComparison {
  /** SaGE first, then the others as the registry lists them. */
  readonly measures: readonly MeasureComparison[];
  /** Of SaGE; null below 2 questions. */
  readonly power: Power | null;
  /** Questions with both scores, the largest change first. */
  readonly changes: readonly Change[];
  /** Questions that only one of the two has a SaGE for. */
  readonly unpaired: number;
}

type Scores = readonly QuestionScore[];

/** Pairs the questions by id. A measure that is undefined for one of the two leaves the question out of that measure. */
export function compareScores(
  before: Scores,
  after: Scores,
  options: BootstrapOptions,
): ModelComparison {
  const first = byId(before);
  const second = byId(after);
  const shared = before.flatMap(({ id }) => (second.has(id) ? [id] : []));
  const measures = MEASURE_NAMES.map((measure) => {
    const of = (scores: ReadonlyMap<QuestionId, QuestionScore>) =>
      shared.map((id) => measuredOf(scores.get(id)!, measure).value);
    const [a, b] = [of(first), of(second)];
    const both = a.map((x, i) => x !== null && b[i] !== null);
    const mean = (values: readonly (number | null)[]) => meanOf(values.filter((_, i) => both[i]));
    return { measure, before: mean(a), after: mean(b), paired: pairedDifference(a, b, options) };
  });
  const changes = shared.flatMap((id) => {
    const [x, y] = [first.get(id)!.sage, second.get(id)!.sage];
    return x === null || y === null ? [] : [{ id, before: x, after: y }];
  });
  const scored = new Set(
    [...before, ...after].flatMap(({ id, sage }) => (sage === null ? [] : id)),
  );
  return {
    measures,
    power: pairedPower(changes.map(differenceOf)),
    changes: changes.toSorted((a, b) => Math.abs(differenceOf(b)) - Math.abs(differenceOf(a))),
    unpaired: scored.size - changes.length,
  };
}

const differenceOf = ({ before, after }: Change) => after - before;
const byId = (scores: Scores) => new Map(scores.map((score) => [score.id, score]));

function meanOf(values: readonly (number | null)[]): number | null {
  const defined = values.filter((x) => x !== null);
  return defined.length === 0 ? null : defined.reduce((a, b) => a + b) / defined.length;
}
