import { expect, test } from "vitest";
import { learningRateAt } from "./schedule";

const rates = (total: number, settings: Partial<Parameters<typeof learningRateAt>[2]>) =>
  Array.from({ length: total }, (_, step) =>
    learningRateAt(step, total, {
      learningRate: 12,
      schedule: "linear",
      warmupSteps: 0,
      ...settings,
    }),
  );

test("linear falls to 0 after the last step", () => {
  expect(rates(3, {})).toEqual([12, 8, 4]);
});

test("a warm-up rises from 0, then the rest falls in a line", () => {
  expect(rates(6, { warmupSteps: 2 })).toEqual([0, 6, 12, 9, 6, 3]);
});

test("constant stays, after a warm-up too", () => {
  expect(rates(4, { schedule: "constant", warmupSteps: 2 })).toEqual([0, 6, 12, 12]);
});
