import fc from "fast-check";
import { expect, test } from "vitest";
import { cosine, mixWeights, pairs, pairWeights } from "./similarity";

const vector = (...values: number[]) => Float32Array.from(values);

test("cosine of known angles", () => {
  expect(cosine(vector(1, 0), vector(0, 2))).toBe(0);
  expect(cosine(vector(1, 2), vector(-2, -4))).toBe(-1);
  expect(cosine(vector(1, 0), vector(1, 1))).toBeCloseTo(Math.SQRT1_2, 12);
});

test("cosine doesn't depend on length or order, and equals 1 with itself", () => {
  const reals = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
    minLength: 3,
    maxLength: 3,
  });
  const vectors = reals.filter((v) => Math.hypot(...v) > 1e-3).map((v) => Float32Array.from(v));
  fc.assert(
    fc.property(vectors, vectors, (a, b) => {
      expect(cosine(a, b)).toBe(cosine(b, a));
      expect(
        cosine(
          a.map((x) => 4 * x),
          b,
        ),
      ).toBeCloseTo(cosine(a, b), 12);
      expect(cosine(a, a)).toBeCloseTo(1, 12);
    }),
  );
});

test.each([
  ["zero", vector(0, 0)],
  ["infinite", vector(Infinity, 0)],
  ["NaN", vector(Number.NaN, 0)],
])("cosine refuses a %s vector", (_, faulty) => {
  expect(() => cosine(faulty, vector(1, 1))).toThrow(/have no angle; encode the texts again/);
});

test("cosine refuses vectors of different lengths", () => {
  expect(() => cosine(vector(1), vector(1, 2))).toThrow("embeddings [1] and [2] differ in length");
});

test("pairs come in the order of itertools.combinations", () => {
  expect(pairs(4)).toEqual([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]); // prettier-ignore
  expect(pairs(1)).toEqual([]);
});

test("pair weights follow that order", () => {
  const embeddings = [vector(1, 0), vector(0, 1), vector(-1, 0)];
  expect(pairWeights(embeddings)).toEqual([0, -1, 0]);
});

test("mixed weights are 0.8 answers and 0.2 rules of thumb unless told otherwise", () => {
  expect(mixWeights([1, 0.5], [0, 0.5])).toBeAllClose([0.8, 0.5], { atol: 1e-15 });
  expect(mixWeights([1, 0.5], [0, 0.5], 0)).toEqual([0, 0.5]);
});

test("mixing refuses an impossible weight and lists of different lengths", () => {
  expect(() => mixWeights([1], [1], 1.1)).toThrow("answerWeight must lie in [0, 1], got 1.1");
  expect(() => mixWeights([1], [1, 1])).toThrow("1 answer weights and 2 rule-of-thumb weights");
});
