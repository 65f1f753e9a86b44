import type { StudyResults } from "../../app/study-results";
import type { ReportedRole } from "../../core/format/report";

/** A model's mean with its interval, and the scores of the single questions. */
export interface MeanRow {
  readonly role: ReportedRole;
  readonly mean: number | null;
  readonly bounds: readonly [low: number, high: number] | null;
  readonly n: number;
  readonly points: readonly number[];
}

export function meanRows({ models, rows }: StudyResults): MeanRow[] {
  return models.map(({ name, mean, interval, n }) => ({
    role: name,
    mean,
    bounds: interval,
    n,
    points: rows.flatMap(({ scores }) => scores.get(name)?.sage ?? []),
  }));
}
