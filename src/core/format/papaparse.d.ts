/** The part of papaparse that csv.ts uses. */
declare module "papaparse" {
  interface ParseError {
    readonly code: "MissingQuotes" | "InvalidQuotes";
    /** Record the error lies in, counted from 0. */
    readonly row: number;
  }

  interface Papa {
    parse(
      text: string,
      options: { delimiter: string },
    ): { readonly data: readonly (readonly string[])[]; readonly errors: readonly ParseError[] };
  }

  const papa: Papa;
  export default papa;
}
