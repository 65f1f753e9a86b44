import fc from "fast-check";
import { expect, test } from "vitest";
import { median, shiftOf, spreadOf } from "./window";

test("median and spread by hand", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spreadOf([1, 2, 3, 4, 100])).toBeCloseTo(1.4826, 12);
  expect(() => median([])).toThrow("a median needs one value or more, got none");
});

test("a shift is null until first and latest values do not overlap", () => {
  expect(shiftOf([1, 2, 3], 2, 2)).toBeNull();
  expect(shiftOf([1, 2, 5, 6], 2, 2)).toMatchObject({ before: 1.5, now: 5.5 });
  expect(shiftOf([1, 1, 1, 1], 2, 2)?.errors).toBe(0);
  expect(shiftOf([1, 1, 2, 2], 2, 2)?.errors).toBe(Infinity);
});

test("a shift's size in errors does not depend on unit or origin", () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 20, maxLength: 30 });
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: -9, max: 9 }),
      (x, a, b) => {
        const [plain, moved] = [shiftOf(x)!, shiftOf(x.map((y) => a * y + b))!];
        if (Number.isFinite(plain.errors)) expect(moved.errors).toBeCloseTo(plain.errors, 6);
        else expect(moved.errors).toBe(Infinity);
      },
    ),
  );
});
