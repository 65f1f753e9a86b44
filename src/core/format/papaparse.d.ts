/** The part of papaparse that csv.ts and import/csv-records.ts use. */
declare module "papaparse" {
  interface ParseError {
    readonly code: "MissingQuotes" | "InvalidQuotes";
    /** Record the error lies in, counted from 0. */
    readonly row: number;
  }

  type Rows = readonly (readonly string[])[];

  /** What papaparse's own streaming stands on: it parses a part of a table up to its last whole record. */
  interface Parser {
    /**
     * @param ignoreLastRow  the text may go on, so its last record is not read.
     * @returns              `meta.cursor` is where reading has to go on.
     */
    parse(
      text: string,
      baseIndex: number,
      ignoreLastRow: boolean,
    ): {
      readonly data: Rows;
      readonly errors: readonly ParseError[];
      readonly meta: { readonly cursor: number };
    };
  }

  interface Papa {
    parse(
      text: string,
      options: { delimiter: string },
    ): { readonly data: Rows; readonly errors: readonly ParseError[] };
    readonly Parser: new (options: { delimiter: string; newline: string }) => Parser;
  }

  const papa: Papa;
  export default papa;
}
