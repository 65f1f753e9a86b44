import { expect, test } from "vitest";
import { stream } from "../random";
import { pairedPower } from "./power";

/** n values with mean m and sample deviation 1. */
function spreadOut(n: number, m: number): number[] {
  const half = Math.sqrt((n - 1) / n);
  return Array.from({ length: n }, (_, i) => m + (i % 2 === 0 ? half : -half));
}

test("34 pairs show a difference of half a deviation, less t's correction, as Cohen's table has it", () => {
  // Cohen 1988, table 2.4.1, and G*Power give 34 by the t distribution; the normal approximation gives 32.
  const power = pairedPower(spreadOut(32, 0.5))!;
  expect(power.pairsForObserved).toBe(32);
  expect(power.smallestDifference).toBeCloseTo(2.8016 / Math.sqrt(32), 4);
});

test("four of five simulated studies find the difference that it names", () => {
  const [n, studies] = [100, 2000];
  const random = stream(1, "power");
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const difference = 2.8016 / Math.sqrt(n); // with deviation 1
  let found = 0;
  for (let study = 0; study < studies; study++) {
    const values = Array.from({ length: n }, () => difference + normal());
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
    if (Math.abs(mean) > 1.984 * Math.sqrt(variance / n)) found++; // t, 99 degrees of freedom
  }
  expect(found / studies).toBeGreaterThan(0.77);
  expect(found / studies).toBeLessThan(0.83);
});

test("one difference has no power to speak of, and equal scores need no number of pairs", () => {
  expect(pairedPower([0.2])).toBeNull();
  expect(pairedPower([0, 0, 0])).toEqual({ smallestDifference: 0, pairsForObserved: null });
});

test("a mean that only rounding keeps from 0 needs no number of pairs", () => {
  expect(pairedPower([0.1, 0.2, -0.3])!.pairsForObserved).toBeNull();
  expect(pairedPower([0.1, 0.2, -0.299])!.pairsForObserved).toBeGreaterThan(1e5);
});
