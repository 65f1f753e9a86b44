import type { Rating } from "../statistics/alpha-level";
import { canonicalJson } from "./canonical-json";
import { isLabelTable, type LabelTable, tableOf } from "./label-table";
import { matchPairs, textsOf } from "./match-pairs";
import {
  type MergedLabels,
  mergeSessions,
  raterKey,
  type Refusal,
  type SourcedSession,
} from "./merge";
import { addModelLabels, type ModelLabels } from "./model-labels";
import { NA } from "./ratings-csv";
import type { Rater } from "./session-file";
import { LABELS, type LabelTask } from "./task";

/** Labels as a CSV holds them, and the file's name. */
export interface SourcedTable {
  readonly source: string;
  readonly table: LabelTable<Rating>;
}

/** All that is known about one set of pairs. */
export interface CombinedLabels {
  /** A task's title, or the name of the file that has the pairs. */
  readonly title: string;
  /** The task's sessions; null where all labels come from tables. */
  readonly merged: MergedLabels | null;
  readonly table: LabelTable<Rating>;
  readonly refused: readonly Refusal[];
}

/**
 * Combines sessions and tables of labels. Their order does not matter, and equal ones count once.
 *
 * The pairs are those of `task`; without one, of the task that most sessions belong to; without a session, of the
 * largest table. A table adds its raters if each of its pairs is among these, told by question id and both texts,
 * and else is refused, as are sessions of other tasks. Raters of one name from two sources are kept apart by the
 * file's name: ann1 of one table need not be ann1 of another. Models' labels of `models` join last, and make no set of
 * pairs by themselves.
 *
 * @returns null without a task, a session or a table.
 */
export function combineLabels(
  task: LabelTask | null,
  sessions: readonly SourcedSession[],
  tables: readonly SourcedTable[],
  models: readonly ModelLabels[] = [],
): CombinedLabels | null {
  const people = combinePeople(task, sessions, tables);
  if (people === null) return null;
  const { table, refused } = addModelLabels(people.table, models);
  return { ...people, table, refused: [...people.refused, ...refused] };
}

function combinePeople(
  task: LabelTask | null,
  sessions: readonly SourcedSession[],
  tables: readonly SourcedTable[],
): CombinedLabels | null {
  const distinct = distinctTables(tables);
  const chosen = task ?? mostCommonTask(sessions);
  if (chosen === null) {
    const [base, ...others] = distinct;
    if (base === undefined) return null;
    return { title: base.source, merged: null, ...addTables(null, base.table, [base, ...others]) };
  }
  const merged = mergeSessions(chosen, sessions);
  const { table, refused } = addTables(merged, tableOf(merged), distinct);
  return { title: chosen.title, merged, table, refused: [...merged.refused, ...refused] };
}

function addTables(
  merged: MergedLabels | null,
  base: LabelTable<Rating>,
  tables: readonly SourcedTable[],
): { table: LabelTable<Rating>; refused: Refusal[] } {
  const refused: Refusal[] = [];
  const texts = base.rows.map(({ pair }) => textsOf(pair));
  const accepted = tables.flatMap(({ source, table }) => {
    const rows = table.rows.map(({ pair }) => textsOf(pair));
    const reason = refusalOf(base, table, matchPairs(rows, texts));
    if (reason !== null) refused.push({ source, reason });
    return reason === null ? [{ source, table, places: matchPairs(texts, rows) }] : [];
  });
  const known = merged?.raters ?? [];
  const names = uniqueNames([
    ...known.map((rater) => ({ rater, source: "this task" })),
    ...accepted.flatMap(({ source, table }) => table.raters.map((rater) => ({ rater, source }))),
  ]);
  const rows = base.rows.map(({ pair, labels }, i) => ({
    pair,
    labels: [
      ...(merged === null ? [] : labels),
      ...accepted.flatMap(({ table, places }) =>
        places[i] === null ? table.raters.map(() => null) : table.rows[places[i]!]!.labels,
      ),
    ],
  }));
  return { table: { raters: names, rows }, refused };
}

function refusalOf(
  base: LabelTable<Rating>,
  table: LabelTable<Rating>,
  places: readonly (number | null)[],
): string | null {
  const stray = places.indexOf(null);
  if (stray !== -1) {
    const { questionId } = table.rows[stray]!.pair;
    const known = base.rows.some(({ pair }) => pair.questionId === questionId);
    return known
      ? `pair ${stray + 1} (question ${questionId}) has other texts there than here`
      : `pair ${stray + 1} is of question ${questionId}, which is not among the pairs here`;
  }
  if (isLabelTable(base) === isLabelTable(table)) return null;
  return isLabelTable(base)
    ? `its ratings are numbers, where the labels here are ${LABELS.join(", ")}`
    : `its labels are ${LABELS.join(", ")}, where the ratings here are numbers and ${NA}`;
}

/** The largest first, then by content and name, each once. */
function distinctTables(tables: readonly SourcedTable[]): SourcedTable[] {
  const keyed = tables.map((sourced) => ({ sourced, key: canonicalJson(sourced.table) }));
  keyed.sort(
    (a, b) =>
      b.sourced.table.rows.length - a.sourced.table.rows.length ||
      compare(a.key, b.key) ||
      compare(a.sourced.source, b.sourced.source),
  );
  return keyed.filter(({ key }, i) => key !== keyed[i - 1]?.key).map(({ sourced }) => sourced);
}

function mostCommonTask(sessions: readonly SourcedSession[]): LabelTask | null {
  const counts = new Map<string, number>();
  for (const { session } of sessions) {
    counts.set(session.task.id, (counts.get(session.task.id) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || compare(a, b));
  return sessions.find(({ session }) => session.task.id === most?.[0])?.session.task ?? null;
}

/** A name that several raters share is followed by where each comes from. */
function uniqueNames(
  raters: readonly { readonly rater: Rater; readonly source: string }[],
): Rater[] {
  const keys = raters.map(({ rater }) => raterKey(rater));
  const taken = new Set<string>();
  return raters.map(({ rater, source }, i) => {
    const isShared = keys.indexOf(keys[i]!) !== keys.lastIndexOf(keys[i]!);
    const base = isShared ? `${rater.name} (${source})` : rater.name;
    let name = base;
    for (let k = 2; taken.has(raterKey({ ...rater, name })); k++) name = `${base} ${k}`;
    taken.add(raterKey({ ...rater, name }));
    return { ...rater, name };
  });
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
