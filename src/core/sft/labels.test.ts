import fc from "fast-check";
import { expect, test } from "vitest";
import { countTargets, IGNORED, labelSequence, padBatch, type LabelOptions } from "./labels";

const END = 100;
const options = (o: Partial<LabelOptions> = {}): LabelOptions => ({
  endOfText: END,
  maxLength: 64,
  promptMasked: true,
  learnEndOfText: true,
  ...o,
});

test("by default the answer and its end count, the prompt does not", () => {
  expect(labelSequence([1, 2, 3], [4, 5], options())).toEqual({
    ids: [1, 2, 3, 4, 5, END],
    labels: [IGNORED, IGNORED, IGNORED, 4, 5, END],
  });
});

test("like transformers' collator, the prompt counts and an end of text nowhere does", () => {
  const plain = options({ promptMasked: false, learnEndOfText: false });
  expect(labelSequence([1, END, 3], [4, END], plain)).toEqual({
    ids: [1, END, 3, 4, END],
    labels: [1, IGNORED, 3, 4, IGNORED],
  });
});

test("an answer that is cut off has no end to learn", () => {
  const { ids, labels } = labelSequence([1, 2], [3, 4, 5], options({ maxLength: 4 }));
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(labels).toEqual([IGNORED, IGNORED, 3, 4]);
});

test("the first token is no target", () => {
  expect(countTargets({ ids: [7, 8, 9], labels: [7, 8, IGNORED] })).toBe(1);
});

test("refuses an example without a target, and says what to do", () => {
  expect(() => labelSequence([1, 2, 3], [4], options({ maxLength: 3 }))).toThrow(
    "nothing to learn from an answer of 1 tokens after a prompt of 3: the model reads 3 tokens; " +
      "shorten the prompt or leave the example out",
  );
});

test("pads on the right and points each target at the position before it", () => {
  const batch = padBatch(
    [labelSequence([1, 2], [3], options()), labelSequence([1], [5, 6, 7], options())],
    END,
  );
  expect(batch).toEqual({
    rows: 2,
    columns: 5,
    ids: Int32Array.from([1, 2, 3, END, END, 1, 5, 6, 7, END]),
    positions: Int32Array.from([1, 2, 5, 6, 7, 8]),
    targets: Int32Array.from([3, END, 5, 6, 7, END]),
  });
});

test("every target is the token after its position", () => {
  const tokens = fc.array(fc.integer({ min: 0, max: END }), { minLength: 1, maxLength: 8 });
  const examples = fc.array(fc.tuple(tokens, tokens), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(examples, fc.boolean(), (pairs, promptMasked) => {
      const sequences = pairs.map(([p, a]) => labelSequence(p, a, options({ promptMasked })));
      const { ids, positions, targets } = padBatch(sequences, END);
      expect(Array.from(positions, (at) => ids[at + 1])).toEqual([...targets]);
      expect(targets.length).toBe(sequences.reduce((n, s) => n + countTargets(s), 0));
    }),
  );
});
