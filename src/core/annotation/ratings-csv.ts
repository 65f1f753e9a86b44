import { type CsvRow, parseCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import type { NamedLevel, Rating } from "../statistics/alpha-level";

/** What "NA" says: nothing (as an empty cell), or that a rater saw the unit and could not decide. */
export const NA_POLICIES = ["missing", "category"] as const;
export type NaPolicy = (typeof NA_POLICIES)[number];

export const NA = "NA";

/** Ratings as a file holds them, "NA" still told apart from an empty cell. */
export interface RatingsTable {
  readonly raters: readonly string[];
  /** [units][raters], "NA" as it stands; null for an empty cell. */
  readonly units: readonly (readonly (Rating | null)[])[];
}

/**
 * Reads ratings: a row a unit, a column a rater, an empty cell a missing rating.
 *
 * @param raters  columns to read; every other is passed over.
 * @param level   whether cells are text (nominal) or must be numbers; "NA" may stand at every level.
 * @throws InputError naming file, row and column: a rater without a column, no rows, a cell that is no number at a
 *         level that needs one, or below 0 for ratio.
 */
export function importRatings(
  text: string,
  file: string,
  raters: readonly string[],
  level: NamedLevel,
): RatingsTable {
  const { rows } = parseCsv(text, file, raters);
  if (rows.length === 0) {
    throw new InputError({ file }, "there are no rows below the header", "Add one row a unit.");
  }
  const units = rows.map((row) => raters.map((rater) => readCell(row, rater, file, level)));
  return { raters, units };
}

/** Units under an NA policy, as α takes them. */
export function applyNaPolicy(
  units: RatingsTable["units"],
  na: NaPolicy,
): (readonly (Rating | null)[])[] {
  if (na === "category") return [...units];
  return units.map((unit) => unit.map((rating) => (rating === NA ? null : rating)));
}

function readCell(
  { row, values }: CsvRow<string>,
  column: string,
  file: string,
  level: NamedLevel,
): Rating | null {
  const cell = values[column]!.trim();
  if (cell === "") return null;
  if (level === "nominal" || cell === NA) return cell;
  const number = Number(cell);
  const place = { file, row, column };
  if (!Number.isFinite(number)) {
    const remedy =
      "Write it like 3 or 0.71, leave it empty if it is missing, or use level nominal.";
    throw new InputError(place, `"${cell}" is not a number, as level ${level} needs`, remedy);
  }
  if (level === "ratio" && number < 0) {
    throw new InputError(place, `${cell} is below 0, where ratio begins`, "Use level interval.");
  }
  return number;
}
