/** What a file may still make us do, whatever it says of itself. */
export class Budget {
  readonly #most: number;
  readonly #unit: string;
  #left: number;

  /** @param unit  as an error names it: "values". */
  constructor(most: number, unit: string) {
    this.#most = most;
    this.#unit = unit;
    this.#left = most;
  }

  /** To be called before the work. @throws RangeError if it is more than is left. */
  take(amount: number): void {
    this.#left -= amount;
    if (this.#left >= 0) return;
    throw new RangeError(
      `it unfolds into more than ${this.#most.toLocaleString("en")} ${this.#unit}`,
    );
  }
}
