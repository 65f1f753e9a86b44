/** What the golden comparisons share, wherever they run: vitest, the command line, a browser's worker. */

/** A folder of golden files, wherever it lies: on disk, or behind fetch. */
export interface FolderReader {
  text(file: string): Promise<string>;
  bytes(file: string): Promise<Uint8Array>;
  /** Whether the folder holds a file at all; a folder may leave some out. */
  has(file: string): Promise<boolean>;
}

/** One comparison with the reference. */
export interface CaseResult {
  readonly name: string;
  /** Largest deviation, after what relative tolerance allows at that value; see `compare`. */
  readonly largestError: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** At least one of the two is above 0. */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

/** A number, or arrays of them to any depth, as JSON holds a tensor. */
export type Nested = number | readonly Nested[];

/**
 * Passes where |a − e| ≤ atol + rtol·|e| for every element. The error reported is |a − e|·atol/(atol + rtol·|e|), which
 * is within atol exactly then; without an absolute tolerance it is |a − e|/|e|, against rtol. NaN never passes.
 */
export function compare(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { atol = 0, rtol = 0 }: Tolerance,
): CaseResult {
  if (actual.length !== expected.length) {
    throw new RangeError(`${name}: got ${actual.length} numbers, expected ${expected.length}`);
  }
  let largestError = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    const size = Math.abs(expected[i]!);
    const error = atol > 0 ? (difference * atol) / (atol + rtol * size) : difference / size;
    if (!(error <= largestError)) largestError = error; // also where error is NaN
    if (Number.isNaN(error)) break;
  }
  const tolerance = atol > 0 ? atol : rtol;
  return { name, largestError, tolerance, passed: largestError <= tolerance };
}

/** The numbers of a nested array, row by row. */
export function flatten(nested: Nested): number[] {
  const flat: number[] = [];
  const visit = (value: Nested) => {
    if (typeof value === "number") flat.push(value);
    else value.forEach(visit);
  };
  visit(nested);
  return flat;
}
