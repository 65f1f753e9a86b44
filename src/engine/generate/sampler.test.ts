import fc from "fast-check";
import { expect, test } from "vitest";
import { mulberry32 } from "../../core/random";
import { sampleToken, tokenDistribution } from "./sampler";

// The golden distributions (temperature, top-k, top-p, repetition penalty) are checked in tests/parity/gpt2-cases.ts.
const plain = { temperature: 1, topK: 0, topP: 1 };
const logits = fc
  .array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 30 })
  .map((values) => Float32Array.from(values));
const settings = fc.record({
  temperature: fc.double({ min: 0.05, max: 3, noNaN: true }),
  topK: fc.nat(40),
  topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
});

test("any settings give a distribution that keeps the likeliest token", () => {
  fc.assert(
    fc.property(logits, settings, (logits, settings) => {
      const probabilities = tokenDistribution(logits, settings);
      const sum = probabilities.reduce((total, p) => total + p, 0);
      expect(sum).toBeCloseTo(1, 9);
      const highest = Math.max(...logits);
      const likeliest = probabilities.filter((_, i) => highest - logits[i]! < 1e-9);
      expect(Math.max(...likeliest)).toBeGreaterThan(0);
    }),
  );
});

test("temperature 0 is certain of the first of the likeliest tokens", () => {
  const probabilities = tokenDistribution(Float32Array.of(1, 3, 3, 2), {
    ...plain,
    temperature: 0,
  });
  expect([...probabilities]).toEqual([0, 1, 0, 0]);
});

test("top-k keeps tokens that tie with the k-th, as Hugging Face does", () => {
  const probabilities = tokenDistribution(Float32Array.of(1, 0, 0, -5), { ...plain, topK: 2 });
  expect(Array.from(probabilities, (p) => p > 0)).toEqual([true, true, true, false]);
});

test("top-k keeps what sorting would keep", () => {
  fc.assert(
    fc.property(logits, fc.integer({ min: 1, max: 30 }), (logits, topK) => {
      const sorted = logits.toSorted();
      const threshold = sorted[Math.max(0, sorted.length - topK)]!;
      const probabilities = tokenDistribution(logits, { ...plain, topK });
      logits.forEach((logit, token) => {
        if (logit < threshold) expect(probabilities[token]).toBe(0);
        else expect(probabilities[token]).toBeGreaterThan(0);
      });
    }),
  );
});

test("a tiny top-p keeps one token", () => {
  const probabilities = tokenDistribution(Float32Array.of(0, 0.1, 0), { ...plain, topP: 1e-6 });
  expect([...probabilities]).toEqual([0, 1, 0]);
});

test("the repetition penalty shrinks positive logits and pushes negative ones down, once a token", () => {
  const penalised = { ...plain, repetitionPenalty: 2 };
  const actual = tokenDistribution(Float32Array.of(2, -1, 0.5), penalised, [0, 1, 1]);
  expect(actual).toBeAllClose(tokenDistribution(Float32Array.of(1, -2, 0.5), plain));
});

test("draws follow the distribution", () => {
  const probabilities = Float64Array.of(0.1, 0, 0.6, 0.3);
  const random = mulberry32(1);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 20_000; i++) counts[sampleToken(probabilities, random)]! += 1 / 20_000;
  expect(counts[1]).toBe(0);
  expect(counts).toBeAllClose(probabilities, { atol: 0.01 });
});

test("a draw past a sum that rounding left short takes the last possible token", () => {
  expect(sampleToken(Float64Array.of(0.5, 0.4999, 0), () => 0.99999)).toBe(1);
});

test.each([
  [{ temperature: -1 }, "temperature must be 0 or more, got -1"],
  [{ temperature: Number.NaN }, "temperature must be 0 or more, got NaN"],
  [{ topK: 1.5 }, "topK must be a whole number, 0 or more, got 1.5"],
  [{ topP: 0 }, "topP must be in (0, 1], got 0"],
  [{ repetitionPenalty: 0 }, "repetitionPenalty must be above 0, got 0"],
])("refuses %o", (wrong, message) => {
  expect(() => tokenDistribution(Float32Array.of(1), { ...plain, ...wrong })).toThrow(message);
});
