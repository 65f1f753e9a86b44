/** Where in an imported file a fault lies. */
export interface InputPlace {
  readonly file: string;
  /** In a table as a spreadsheet counts, the header being row 1; in a JSON list the entry, from 1. */
  readonly row?: number;
  /** Column of a table, or field of an entry. */
  readonly column?: string;
  /** Words of the message: a table has rows and columns, a list entries and fields. */
  readonly layout?: "table" | "list";
}

/** A fault in a file of the user's. Its message says where, what is wrong and what to do. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly file: string;
  readonly row: number | null;
  readonly column: string | null;

  /**
   * @param problem  what is wrong, with the value found; a clause without a full stop.
   * @param remedy   what the user can do; a sentence.
   */
  constructor(place: InputPlace, problem: string, remedy: string) {
    super(`${describe(place)}: ${problem}. ${remedy}`);
    this.file = place.file;
    this.row = place.row ?? null;
    this.column = place.column ?? null;
  }
}

function describe({ file, row, column, layout = "table" }: InputPlace): string {
  const [rowWord, columnWord] = layout === "table" ? ["row", "column"] : ["entry", "field"];
  const parts = [file];
  if (row !== undefined) parts.push(`${rowWord} ${row}`);
  if (column !== undefined) parts.push(`${columnWord} "${column}"`);
  return parts.join(", ");
}
