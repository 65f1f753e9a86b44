import type { Rating } from "../statistics/alpha-level";
import type { LabelledPair } from "../statistics/metric-estimators";
import type { AnswerPair } from "./pair";
import { type MergedLabels, raterKey } from "./merge";
import type { Rater } from "./session-file";
import { LABELS, type Label } from "./task";

/** Every pair with every rater's label, or rating on a scale: what agreement, adjudication and CSV work on. */
export interface LabelTable<L extends Rating = Label> {
  readonly raters: readonly Rater[];
  readonly rows: readonly LabelRow<L>[];
}

export interface LabelRow<L extends Rating = Label> {
  readonly pair: AnswerPair;
  /** [raters] null where a rater gave none. */
  readonly labels: readonly (L | null)[];
}

/**
 * The table of merged sessions, rows in the order in which they were shown: blocks of rows are blocks of time.
 * Repeats and attention checks are not in it; rater-checks.ts reads those.
 */
export function tableOf({ task, raters, labels }: MergedLabels): LabelTable {
  const pairs = new Map(task.pairs.map((pair) => [pair.id, pair]));
  const given = new Map(
    labels.map((entry) => [`${entry.item} ${raterKey(entry.rater)}`, entry.label]),
  );
  const rows = task.items.flatMap(({ pairId, role }, item) => {
    if (role !== "pair") return [];
    const labels = raters.map((rater) => given.get(`${item} ${raterKey(rater)}`) ?? null);
    return [{ pair: pairs.get(pairId)!, labels }];
  });
  return { raters, rows };
}

/** Whether the table holds Y, N and NA only, and no numbers. */
export function isLabelTable(table: LabelTable<Rating>): table is LabelTable {
  return table.rows.every(({ labels }) =>
    labels.every((label) => label === null || LABELS.includes(label as Label)),
  );
}

/** The table with only the raters of one kind. */
export function ratersOfKind<L extends Rating>(
  { raters, rows }: LabelTable<L>,
  kind: Rater["kind"],
): LabelTable<L> {
  const kept = raters.flatMap((rater, i) => (rater.kind === kind ? [i] : []));
  return {
    raters: kept.map((i) => raters[i]!),
    rows: rows.map(({ pair, labels }) => ({ pair, labels: kept.map((i) => labels[i]!) })),
  };
}

/** People's labels as `compareMetrics` takes them. */
export function labelledPairs(table: LabelTable): LabelledPair[] {
  return ratersOfKind(table, "person").rows.map(({ pair, labels }) => ({
    questionId: pair.questionId,
    labels,
  }));
}

/**
 * The table with a model as one more rater, marked as such.
 *
 * @param labels  by pair id; pairs without one are missing.
 * @throws RangeError if the table has a model of this name, or a label is for a pair that it hasn't.
 */
export function withModel(
  { raters, rows }: LabelTable,
  name: string,
  labels: ReadonlyMap<string, Label>,
): LabelTable {
  const model: Rater = { name, kind: "model" };
  if (raters.some((rater) => raterKey(rater) === raterKey(model))) {
    throw new RangeError(`there is a model "${name}" already; give this one another name`);
  }
  const known = new Set(rows.map(({ pair }) => pair.id));
  const stray = [...labels.keys()].find((id) => !known.has(id));
  if (stray !== undefined)
    throw new RangeError(`model "${name}" labels pair ${stray}, which is not in the table`);
  return {
    raters: [...raters, model],
    rows: rows.map(({ pair, labels: given }) => ({
      pair,
      labels: [...given, labels.get(pair.id) ?? null],
    })),
  };
}
