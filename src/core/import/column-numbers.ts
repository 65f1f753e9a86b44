/**
 * Columns of answers or rules in the order of the wordings' columns: by the numbers that their names end with, where the numbers of
 * one side are those of the other ("answer_2" belongs to "wording_2" wherever it stands); else as they stand.
 */
export function besideWordings(
  wordings: readonly string[],
  columns: readonly string[],
): readonly string[] {
  const byNumber = new Map(columns.map((column) => [numberOf(column), column]));
  const found = wordings.map((wording) => byNumber.get(numberOf(wording)));
  const isWhole = byNumber.size === columns.length && columns.length === wordings.length;
  const fits = !byNumber.has(null) && isWhole && !found.includes(undefined);
  return fits ? (found as readonly string[]) : columns;
}

function numberOf(column: string): number | null {
  const [digits] = /\d+$/.exec(column.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}
