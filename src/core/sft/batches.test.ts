import fc from "fast-check";
import { expect, test } from "vitest";
import { batches, totalSteps } from "./batches";

const plan = { steps: null, epochs: 3, batchSize: 4 };

test("steps are as set, or come from the epochs", () => {
  expect(totalSteps(10, { ...plan, steps: 150 })).toBe(150);
  expect(totalSteps(10, plan)).toBe(9);
  expect(totalSteps(10, { ...plan, epochs: 0.5 })).toBe(2);
});

test("an epoch takes every example once, in its own order", () => {
  const all = [...batches(10, plan, 7)];
  const epochs = [0, 3, 6].map((at) => all.slice(at, at + 3).flat());
  const sorted = Array.from({ length: 10 }, (_, i) => i);
  for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(sorted);
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(all.map((batch) => batch.length).slice(0, 3)).toEqual([4, 4, 2]);
});

test("the seed decides the order, and there are as many batches as steps", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(),
      (n, steps, seed) => {
        const run = () => [...batches(n, { ...plan, steps }, seed)];
        expect(run()).toHaveLength(steps);
        expect(run()).toEqual(run());
      },
    ),
  );
});

test("refuses a run without examples", () => {
  expect(() => [...batches(0, plan, 1)]).toThrow("no examples to learn from");
});
