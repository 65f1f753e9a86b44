import fc from "fast-check";
import { expect, test } from "vitest";
import { select, thresholds } from "./select";

const published = { start: 0.9, floor: 0.7, decay: 0.95 };

test("the published threshold falls from 0.9 by 5 % a question and rests on 0.7", () => {
  expect(thresholds(published, 7)).toBeAllClose([
    0.9, 0.855, 0.81225, 0.7716375, 0.733055625, 0.7, 0.7,
  ]);
});

test("an aligned answer at the threshold is kept, one below is rejected", () => {
  const [kept, rejected] = select(
    [
      { id: 1, aligned: 0.9, target: 0.5 },
      { id: 2, aligned: 0.85, target: 0.5 },
    ],
    published,
  );
  expect(kept).toEqual({ id: 1, threshold: 0.9, aligned: 0.9, target: 0.5, decision: "train" });
  expect(rejected?.decision).toBe("reject");
});

test("where the target beat the aligned model the answers go to the feedback list, however consistent both are", () => {
  expect(select([{ id: 1, aligned: 0.95, target: 0.96 }], published)[0]?.decision).toBe("feedback");
});

test("a target that is just as consistent has not beaten the aligned model", () => {
  const [question] = select([{ id: 1, aligned: 0.95, target: 0.95 }], published);
  expect(question?.decision).toBe("train");
});

test("a question without a score is said to be unscored, never kept", () => {
  expect(select([{ id: 1, aligned: null, target: 0.2 }], published)[0]?.decision).toBe("unscored");
});

test("thresholds never rise and never leave [floor, start]", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(unit, unit, unit, (a, b, decay) => {
      const [floor, start] = [Math.min(a, b), Math.max(a, b)];
      const limits = thresholds({ start, floor, decay }, 20);
      for (let i = 1; i < limits.length; i++) {
        expect(limits[i]!).toBeLessThanOrEqual(limits[i - 1]!);
        expect(limits[i]!).toBeGreaterThanOrEqual(floor);
      }
    }),
  );
});
