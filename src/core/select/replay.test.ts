import fc from "fast-check";
import { expect, test } from "vitest";
import { keptIds, replaySelection, scoreBins } from "./replay";
import { select } from "./select";

const published = { start: 0.9, floor: 0.7, decay: 0.95 };
const scores = [0.96, 0.86, 0.8, 0.75, 0.72, 0.71];
const made = select(
  scores.map((aligned, id) => ({ id, aligned, target: 0.2 })),
  published,
);

test("by hand: 0.9, 0.855, 0.81225, 0.7716, 0.7330, 0.7 keep the first, the second and the last", () => {
  expect(keptIds(made)).toEqual([0, 1, 5]);
  const { kept, gained, lost } = replaySelection(made, { start: 0.8, floor: 0.8, decay: 1 });
  expect(kept).toBe(3);
  expect(gained.map(({ id }) => id)).toEqual([2]);
  expect(lost.map(({ id }) => id)).toEqual([5]);
});

const contestants = fc.array(
  fc.record({
    aligned: fc.option(fc.double({ min: -0.2, max: 1, noNaN: true }), { nil: null }),
    target: fc.option(fc.double({ min: -0.2, max: 1, noNaN: true }), { nil: null }),
  }),
  { maxLength: 60 },
);
const config = fc
  .tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ) // prettier-ignore
  .map(([a, b, decay]) => ({ start: Math.max(a, b), floor: Math.min(a, b), decay }));

test("the difference is exact: what was kept, less what is lost, and what is gained, is what is kept", () => {
  fc.assert(
    fc.property(contestants, config, config, (given, first, second) => {
      const before = select(given.map((entry, id) => ({ id, ...entry })), first); // prettier-ignore
      const { records, kept, gained, lost } = replaySelection(before, second);
      const lostIds = new Set(lost.map(({ id }) => id));
      const stayed = keptIds(before).filter((id) => !lostIds.has(id));
      const expected = [...stayed, ...gained.map(({ id }) => id)].sort((a, b) => +a - +b);
      expect(keptIds(records)).toEqual(expected);
      expect(kept).toBe(expected.length);
      expect(replaySelection(before, first)).toMatchObject({ gained: [], lost: [] });
    }),
  );
});

test("a lower threshold throughout never loses a question", () => {
  fc.assert(
    fc.property(contestants, config, (given, first) => {
      const before = select(given.map((entry, id) => ({ id, ...entry })), first); // prettier-ignore
      expect(replaySelection(before, { start: 0, floor: 0, decay: 1 }).lost.filter(({ aligned }) => aligned! >= 0)).toEqual([]); // prettier-ignore
    }),
  );
});

test.each([
  [{ start: 1.1 }, "start must lie in [0, 1], got 1.1"],
  [{ decay: NaN }, "decay must lie in [0, 1], got NaN"],
  [{ floor: 0.95 }, "floor must not lie above start (0.9), got 0.95"],
])("%j is refused", (change, message) => {
  expect(() => replaySelection(made, { ...published, ...change })).toThrow(message);
});

test("every score is in one bin, 1 in the last, and bins touch", () => {
  const records = [...made, { ...made[0]!, aligned: 1 }, { ...made[0]!, aligned: null }];
  const bins = scoreBins(records, 6);
  const total = bins.reduce((sum, bin) => sum + bin.kept + bin.feedback + bin.rejected, 0);
  expect(total).toBe(7);
  expect(bins[0]!.from).toBe(0.7);
  expect(bins.at(-1)).toMatchObject({ kept: 2 });
  expect(bins.slice(1).every(({ from }, i) => from === bins[i]!.to)).toBe(true);
  expect(scoreBins([], 6)).toEqual([]);
});
