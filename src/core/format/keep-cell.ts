import { type CsvRow } from "./csv";
import { InputError } from "./input-error";

/** The column of a reviewed table that says whether a row is used. */
export const KEEP = "keep";

export const keepCell = (isKept: boolean) => (isKept ? "yes" : "no");

/** @throws InputError for anything but yes and no, however written. */
export function readKeep({ row, values }: CsvRow<typeof KEEP>, file: string): boolean {
  const cell = values[KEEP].trim().toLowerCase();
  if (cell === "yes" || cell === "no") return cell === "yes";
  const place = { file, row, column: KEEP };
  throw new InputError(place, `"${values[KEEP]}" says neither`, "Write yes or no.");
}
