import fc from "fast-check";
import { expect } from "vitest";

// The same cases at every check, so that a red one is told by the change; FUZZ_RUNS looks further, at new ones each time.
const { FUZZ_RUNS } = process.env;
fc.configureGlobal(FUZZ_RUNS === undefined ? { seed: 1971 } : { numRuns: Number(FUZZ_RUNS) });

interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
}

type Numbers = ArrayLike<number>;

expect.extend({
  /** Element by element |actual − expected| ≤ atol + rtol·|expected|, as NumPy's allclose; NaN never passes. */
  toBeAllClose(actual: Numbers, expected: Numbers, { rtol = 1e-5, atol = 1e-6 }: Tolerance = {}) {
    const sameLength = actual.length === expected.length;
    const off = sameLength
      ? Array.from(expected).findIndex(
          (e, i) => !(Math.abs(actual[i]! - e) <= atol + rtol * Math.abs(e)),
        )
      : -1;
    return {
      pass: sameLength && off === -1,
      message: () =>
        sameLength
          ? `at ${off}: got ${actual[off]}, expected ${expected[off]} (rtol ${rtol}, atol ${atol})`
          : `got ${actual.length} numbers, expected ${expected.length}`,
    };
  },
});

declare module "vitest" {
  // Declarations merge only where the type parameters are vitest's own, with its default.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars
  interface Matchers<T = any> {
    toBeAllClose(expected: Numbers, tolerance?: Tolerance): void;
  }
}
