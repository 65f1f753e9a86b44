/** A selection replayed with another threshold: what would be kept, and what of that is different. */
import type { QuestionId } from "../corpus/corpus";
import { type SelectionRecord, type ThresholdConfig, select } from "./select";

export interface Replayed {
  /** One a question, in the order in which they were selected. */
  readonly records: readonly SelectionRecord[];
  readonly kept: number;
  /** Kept now and not before, and the other way round. */
  readonly gained: readonly SelectionRecord[];
  readonly lost: readonly SelectionRecord[];
}

/**
 * @param before  the selection as it was made: its scores, its order and its decisions.
 * @throws RangeError naming the field, unless 0 ≤ floor ≤ start ≤ 1 and 0 ≤ decay ≤ 1.
 */
export function replaySelection(
  before: readonly SelectionRecord[],
  config: ThresholdConfig,
): Replayed {
  for (const field of ["start", "floor", "decay"] as const) {
    const value = config[field];
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`${field} must lie in [0, 1], got ${value}`);
    }
  }
  if (config.floor > config.start) {
    throw new RangeError(
      `floor must not lie above start (${config.start}), got ${config.floor}: the threshold would rise`,
    );
  }
  const records = select(before, config);
  const isKept = ({ decision }: SelectionRecord) => decision === "train";
  return {
    records,
    kept: records.filter(isKept).length,
    gained: records.filter((record, i) => isKept(record) && !isKept(before[i]!)),
    lost: records.filter((record, i) => !isKept(record) && isKept(before[i]!)),
  };
}

/** How many scores lie from `from` to below `to`, by what became of their questions; 1 belongs to the last. */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly kept: number;
  readonly feedback: number;
  readonly rejected: number;
}

/** The aligned model's scores in `count` bins of one width, from the lowest score's tenth up to 1. Unscored ones are in none. */
export function scoreBins(records: readonly SelectionRecord[], count: number): ScoreBin[] {
  const scored = records.flatMap(({ aligned, decision }) =>
    aligned === null ? [] : [{ aligned, decision }],
  );
  if (scored.length === 0) return [];
  const lowest = scored.reduce((low, { aligned }) => Math.min(low, aligned), 1);
  const from = Math.min(0.9, Math.floor(lowest * 10) / 10);
  const width = (1 - from) / count;
  const bins = Array.from({ length: count }, (_, i) => ({
    from: from + i * width,
    to: from + (i + 1) * width,
    kept: 0,
    feedback: 0,
    rejected: 0,
  }));
  for (const { aligned, decision } of scored) {
    const bin = bins[Math.max(0, Math.min(count - 1, Math.floor((aligned - from) / width)))]!;
    if (decision === "train") bin.kept++;
    else if (decision === "feedback") bin.feedback++;
    else bin.rejected++;
  }
  return bins;
}

/** Ids of the questions that a selection kept, in its order. */
export function keptIds(records: readonly SelectionRecord[]): QuestionId[] {
  return records.filter(({ decision }) => decision === "train").map(({ id }) => id);
}
