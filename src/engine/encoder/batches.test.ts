import fc from "fast-check";
import { expect, test } from "vitest";
import { batchesOfEqualLength } from "./batches";

test("every text is in one batch, of at most 8 and of one length", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }), (lengths) => {
      const batches = batchesOfEqualLength(lengths.map((length) => ({ length })));
      expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(8);
        expect(new Set(batch.map((i) => lengths[i])).size).toBe(1);
      }
    }),
  );
});

test("shortest first, order kept within a length", () => {
  const tokens = [3, 1, 3, 2, 1].map((length) => ({ length }));
  expect(batchesOfEqualLength(tokens)).toEqual([[1, 4], [3], [0, 2]]);
});
