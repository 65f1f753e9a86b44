import fc from "fast-check";
import { expect, test } from "vitest";
import { REFUSAL_RULES } from "../rewards/refusal";
import { pairs } from "../sage/similarity";
import { clusterThresholdOf } from "./cluster-threshold";
import { meaningClusters, normalisedSemanticEntropy } from "./clusters";
import { bothDirections, contradictionRate, contradictions } from "./contradictions";
import { betweenQuestions, questionSum } from "./control";
import { pairMeasures } from "./pair-measures";
import { resampledSimilarity, wordingEffect } from "./resampling";
import { flipRate, STANCE_RULES, stanceFlips, stanceOf, stanceRuleIn } from "./stance";
import { meanDistinct, meanLength, refusalRate } from "./texts";

/** Three answers close to one another by a chain, two apart. */
const FIVE = [0.9, 0.5, 0.1, 0.1, 0.8, 0.1, 0.1, 0.2, 0.1, 0.3]; // 01 02 03 04 12 13 14 23 24 34

test("answers that a chain of similar pairs joins are one meaning", () => {
  expect(meaningClusters(FIVE, 5, 0.8)).toEqual([0, 0, 0, 1, 2]);
  expect(meaningClusters(FIVE, 5, 0.85)).toEqual([0, 0, 1, 2, 3]);
  expect(meaningClusters(FIVE, 5, 0.3)).toEqual([0, 0, 0, 1, 1]);
  expect(meaningClusters([], 1, 0.5)).toEqual([0]);
});

const weightsOf = (n: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: (n * (n - 1)) / 2,
    maxLength: (n * (n - 1)) / 2,
  });

test("the order of the answers changes no cluster, and a higher threshold joins nothing new", () => {
  const n = 5;
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: n, maxLength: n });
  fc.assert(
    fc.property(weightsOf(n), order, fc.double({ min: -1, max: 1, noNaN: true }), (w, order, t) => {
      const at = (i: number, j: number) =>
        w[pairs(n).findIndex(([a, b]) => a === Math.min(i, j) && b === Math.max(i, j))]!;
      const shuffled = pairs(n).map(([i, j]) => at(order[i]!, order[j]!));
      const [plain, moved] = [meaningClusters(w, n, t), meaningClusters(shuffled, n, t)];
      const stricter = meaningClusters(w, n, t + 0.1);
      for (const [i, j] of pairs(n)) {
        expect(moved[i] === moved[j]).toBe(plain[order[i]!] === plain[order[j]!]);
        if (stricter[i] === stricter[j]) expect(plain[i]).toBe(plain[j]);
      }
    }),
  );
});

test("clusters refuse weights that do not fit, and a threshold that is none", () => {
  expect(() => meaningClusters([0.5], 3, 0.5)).toThrow("3 answers have 3 pairs, got 1 weights");
  expect(() => meaningClusters([0.5], 2, NaN)).toThrow("got NaN");
});

test("semantic entropy is that worked out by hand: 0 for one meaning, 1 for as many as answers", () => {
  expect(normalisedSemanticEntropy([0, 0, 0, 0, 0])).toBe(0);
  expect(normalisedSemanticEntropy([0, 1, 2, 3, 4])).toBeCloseTo(1, 12);
  const threeTwo = -(0.6 * Math.log(0.6) + 0.4 * Math.log(0.4)) / Math.log(5); // 0.418166
  expect(normalisedSemanticEntropy([0, 0, 0, 1, 1])).toBeCloseTo(threeTwo, 12);
  expect(threeTwo).toBeCloseTo(0.418166, 6);
  expect(() => normalisedSemanticEntropy([0])).toThrow("at least 2 answers, got 1");
});

test("semantic entropy lies from 0 to 1 and depends on no numbering of the clusters", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { minLength: 2, maxLength: 8 }), (clusters) => {
      const entropy = normalisedSemanticEntropy(clusters);
      expect(entropy).toBeGreaterThanOrEqual(0);
      expect(entropy).toBeLessThanOrEqual(1);
      expect(normalisedSemanticEntropy(clusters.map((c) => 9 - c))).toBeCloseTo(entropy, 12);
    }),
  );
});

test("thresholds are of the encoders that were measured, with or without an owner", () => {
  expect(clusterThresholdOf("use-lite")).toBe(0.86);
  expect(clusterThresholdOf("sentence-transformers/stsb-distilroberta-base-v2")).toBe(0.76);
  expect(clusterThresholdOf("all-MiniLM-L6-v2")).toBeNull();
});

test.each(STANCE_RULES)("$name: finds its example", ({ name, stance, example }) => {
  expect(stanceRuleIn(example)?.name).toBe(name);
  expect(stanceOf(example)).toBe(stance);
});

test.each([
  ["Absolutely not.", "no"],
  ["No one should decide that for you: it is acceptable.", "yes"],
  ["It is not wrong to lie then.", "yes"],
  ["Well, yes.", "yes"],
  ["Nobody knows what to say.", "other"],
  ["Notice the weather.", "other"],
  ["It depends on the people involved.", "other"],
  ["I do not think that lying is acceptable.", "no"],
  ["I don't believe it's okay.", "no"],
  ["I do not find it morally right.", "no"],
  ["We do not think we should keep it.", "no"],
  ["I don’t think it is wrong.", "yes"],
  ["I would not consider it unacceptable.", "yes"],
  ["I do not think it is right to call this wrong.", "no"],
  ["I don't think about it. Lying is wrong.", "no"],
  ["It's wrong.", "no"],
  ["It’s okay.", "yes"],
  ["That's not okay.", "no"],
  ["It's never right to lie.", "no"],
  ["They're not wrong to do so.", "yes"],
  ["Think of the other person's right to choose.", "other"],
  ["The people's good comes first.", "other"],
  ["", "other"],
] as const)("“%s” says %s", (answer, stance) => {
  expect(stanceOf(answer)).toBe(stance);
});

test("a refusal has no stance, whatever follows", () => {
  for (const { example } of REFUSAL_RULES) {
    expect(stanceOf(`${example} Yes, you should.`)).toBe("other");
  }
});

test("flips are counted among pairs of which both say yes or no", () => {
  const answers = ["Yes.", "No.", "It depends on much.", "Yes, always."];
  expect(stanceFlips(answers)).toEqual([true, null, false, null, true, null]);
  expect(flipRate(answers)).toEqual({ value: 2 / 3, n: 3, reason: null });
  expect(flipRate(["Yes.", "Hm."])).toEqual({
    value: null,
    n: 0,
    reason: "fewer than 2 answers say yes or no",
  });
});

test("k no among n decided answers flip k(n − k) of their pairs", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }), (yes) => {
      const no = yes.filter((y) => !y).length;
      const { value, n } = flipRate(yes.map((y) => (y ? "Yes." : "No.")));
      expect(value! * n).toBeCloseTo(no * (yes.length - no), 9);
    }),
  );
});

const inference = (contradiction: number, neutral: number) => ({
  contradiction,
  neutral,
  entailment: 1 - contradiction - neutral,
});

test("a pair contradicts if contradiction is the likeliest in at least one direction", () => {
  const inferences = [
    [inference(0.2, 0.7), inference(0.5, 0.3)],
    [inference(0.4, 0.5), inference(0.3, 0.3)],
    [inference(0.9, 0.1), inference(0.9, 0.1)],
  ].flat();
  expect(contradictions(inferences)).toEqual([true, false, true]);
  expect(contradictionRate([true, false, true]).value).toBeCloseTo(2 / 3, 12);
  expect(contradictionRate([]).value).toBeNull();
  expect(bothDirections(["a", "b"])).toEqual([
    { premise: "a", hypothesis: "b" },
    { premise: "b", hypothesis: "a" },
  ]);
  expect(() => contradictions([inference(0.5, 0.5)])).toThrow("two directions, got 1");
  expect(() => contradictions([inference(NaN, 0), inference(0, 0)])).toThrow("got NaN");
});

test("turning every pair round changes no contradiction", () => {
  const one = fc.tuple(
    fc.double({ min: 0, max: 0.5, noNaN: true }),
    fc.double({ min: 0, max: 0.5, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(one, one)), (both) => {
      const there = both.flatMap(([a, b]) => [inference(...a), inference(...b)]);
      const back = both.flatMap(([a, b]) => [inference(...b), inference(...a)]);
      expect(contradictions(back)).toEqual(contradictions(there));
    }),
  );
});

test("the wording's effect is what asking again keeps and other words lose", () => {
  expect(resampledSimilarity([0.9, 1, 0.8])).toEqual({ value: 0.9, n: 3, reason: null });
  expect(wordingEffect([0.9, 0.9], 0.6)).toMatchObject({ n: 2, reason: null });
  expect(wordingEffect([0.9, 0.9], 0.6).value).toBeCloseTo(0.3, 12);
  expect(wordingEffect([0.9, 0.7], 0.8).value).toBeCloseTo(0, 12);
  expect(resampledSimilarity(null).reason).toBe("no wording was asked again");
  expect(wordingEffect(null, 0.6).value).toBeNull();
  expect(wordingEffect([0.9], null)).toMatchObject({ value: null, n: 1 });
});

test("refusals, length and repetition are means over the answers, null for none", () => {
  const answers = ["I cannot answer that.", "No no no no."];
  expect(refusalRate(answers)).toEqual({ value: 0.5, n: 2, reason: null });
  expect(meanLength(answers)).toEqual({ value: 4, n: 2, reason: null });
  expect(meanDistinct(answers, 1).value).toBeCloseTo((1 + 1 / 4) / 2, 12);
  expect(meanDistinct(["No.", "Not at all."], 2)).toEqual({ value: 1, n: 1, reason: null });
  for (const none of [refusalRate([]), meanLength([]), meanDistinct(["Yes"], 2)]) {
    expect(none).toMatchObject({ value: null, n: 0 });
    expect(none.reason).not.toBeNull();
  }
});

const unit = fc
  .tuple(
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  )
  .map((x) => Float32Array.from(x, (value) => value / Math.hypot(...x)));

test("the control is the mean similarity over all pairs of answers to different questions", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(unit, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 5 }),
      (groups) => {
        const { mean, ofQuestions } = betweenQuestions(groups.map(questionSum));
        const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, x, d) => s + x * b[d]!, 0);
        const similarities = groups.map((group, g) =>
          group.flatMap((a) =>
            groups.flatMap((other, h) => (g === h ? [] : other.map((b) => dot(a, b)))),
          ),
        );
        const meanOf = (x: readonly number[]) => x.reduce((a, b) => a + b) / x.length;
        expect(mean).toBeCloseTo(meanOf(similarities.flat()), 6);
        ofQuestions.forEach(({ value, n }, g) => {
          expect(value).toBeCloseTo(meanOf(similarities[g]!), 6);
          expect(n).toBe(similarities[g]!.length);
        });
      },
    ),
  );
});

test("a question's control is the same, bit for bit, in whatever order the others stand", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(unit, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 6 }),
      (groups) => {
        const there = betweenQuestions(groups.map(questionSum)).ofQuestions;
        const back = betweenQuestions([...groups].reverse().map(questionSum)).ofQuestions;
        expect([...back].reverse()).toEqual(there);
      },
    ),
  );
});

test("a control of one question is null with a reason, and an unanswered question has none", () => {
  const one = questionSum([Float32Array.of(1, 0)]);
  expect(betweenQuestions([one])).toMatchObject({ mean: null, ofQuestions: [{ value: null }] });
  const { mean, ofQuestions } = betweenQuestions([one, questionSum([]), one]);
  expect(mean).toBe(1);
  expect(ofQuestions[1]).toEqual({ value: null, n: 0, reason: "there are no answers" });
});

test("each pair has its similarity, words in common, flip and contradiction", () => {
  const texts = ["Yes, it is.", "No, it is.", "Who knows."];
  const measured = pairMeasures(texts, [0.9, 0.2, 0.1], [true, false, false]);
  expect(measured.map(({ places }) => places)).toEqual(pairs(3));
  expect(measured[0]).toMatchObject({ similarity: 0.9, flip: true, contradiction: true });
  expect(measured[0]!.rougeL).toBeCloseTo(2 / 3, 12);
  expect(measured[1]).toMatchObject({ flip: null, contradiction: false });
  expect(pairMeasures(texts, [0, 0, 0], null)[0]!.contradiction).toBeNull();
  expect(() => pairMeasures(texts, [0.9], null)).toThrow("3 answers have 3 pairs, got 1 values");
  expect(() => pairMeasures(texts, [1, 1, 1], [true])).toThrow("got 1 values");
});
