import {
  type FieldScore,
  type ListedMeasures,
  MEASURE_NAMES,
  measuredOf,
} from "../measures/registry";
import type { QuestionId } from "../corpus/corpus";
import { toCsv } from "./csv";

export interface MeasuresRow {
  /** Null where all rows are of one model. */
  readonly model: string | null;
  readonly score: FieldScore & { readonly id: QuestionId; readonly measures?: ListedMeasures };
}

/** A row a question (and model), a column a measure of the registry; an undefined figure is an empty cell. */
export function measuresCsv(rows: readonly MeasuresRow[]): string {
  const hasModels = rows.some(({ model }) => model !== null);
  const columns = ["question_id", ...MEASURE_NAMES, "n", "reason"] as const;
  const cells = rows.map(({ model, score }) => {
    const figures = Object.fromEntries(
      MEASURE_NAMES.map((name) => [name, measuredOf(score, name).value]),
    ) as Record<(typeof MEASURE_NAMES)[number], number | null>;
    return { model, question_id: score.id, ...figures, n: score.n, reason: score.reason };
  });
  return hasModels ? toCsv(["model", ...columns], cells) : toCsv(columns, cells);
}
