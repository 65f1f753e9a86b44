/** One measurement against a plain way of doing the same, in one run on one machine. */
export interface Bench {
  readonly name: string;
  /** @returns lines to print; the last is the ratio. */
  run(): Promise<readonly string[]>;
}
