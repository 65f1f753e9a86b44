import { expect, test } from "vitest";
import { attendHead } from "./attend-head";

/** Slots of key | value of two heads of 2: the second head's key is (slot, 1), its value (10·slot, 1). */
const slots = (all: number[]) =>
  Float32Array.from(all.flatMap((slot) => [9, 9, slot, 1, 9, 9, 10 * slot, 1]));

test("is the softmax-weighted mean of the values, over both segments", () => {
  const segments = [
    { values: slots([0, 1]), at: 2, slots: 2 },
    { values: slots([2, 3, 4, 5, 6]), at: 2, slots: 3 },
  ];
  const scores = [0, 1, 2, 3, 4].map((key) => (0.5 * key + 0.25) / Math.sqrt(2));
  const masses = scores.map(Math.exp);
  const total = masses.reduce((a, b) => a + b, 0);
  const mean = masses.reduce((sum, mass, key) => sum + (mass / total) * 10 * key, 0);
  const result = attendHead(Float32Array.of(0.5, 0.25), segments, 4);
  expect(result).toBeAllClose([mean, 1], { rtol: 1e-12 });
});

test("scores far from 0 neither overflow nor vanish", () => {
  const far = [{ values: slots([1000, 1001, 1002]), at: 2, slots: 3 }];
  const [mean] = attendHead(Float32Array.of(100, 0), far, 4);
  expect(mean).toBeCloseTo(10_020, 6);
  const low = attendHead(Float32Array.of(-100, 0), far, 4);
  expect(low[0]).toBeCloseTo(10_000, 6);
});
