import { expect, test } from "vitest";
import type { ModelComparison } from "../../core/compare/compare";
import type { PairedDifference } from "../../core/statistics/paired";
import type { EvaluatedModel } from "../../app/evaluated-models";
import { config } from "../../storage/rows.fixture";
import { controlText, greedySentence, powerText, verdict } from "./sentences";

function comparison(paired: Partial<PairedDifference>): ModelComparison {
  return {
    measures: [
      {
        ...{ measure: "sage", before: 0.5, after: 0.6 },
        paired: {
          ...{ meanDifference: 0.1, interval: { low: 0.04, high: 0.16 }, n: 12, p: 0.002 },
          ...{ higher: 10, lower: 2, equal: 0, reason: null },
          ...paired,
        },
      },
    ],
    power: { smallestDifference: 0.09, pairsForObserved: 40 },
    changes: Array.from({ length: 12 }, (_, id) => ({ id, before: 0.5, after: 0.6 })),
    unpaired: 0,
  };
}

test("a difference beyond noise is said with its direction, interval, n and p", () => {
  expect(verdict("Baseline", "LoRA", comparison({}))).toBe(
    "LoRA is more consistent than Baseline: +.10 [.04, .16], n = 12, p = .002. That is more than noise.",
  );
  const lower = comparison({ meanDifference: -0.1, interval: { low: -0.16, high: -0.04 } });
  expect(verdict("Baseline", "LoRA", lower)).toContain("LoRA is less consistent than Baseline");
});

test("noise is called noise, and a disagreement of interval and p is said", () => {
  const noise = comparison({ interval: { low: -0.02, high: 0.2 }, p: 0.3 });
  expect(verdict("A", "B", noise)).toMatch(/^No difference beyond noise/);
  expect(verdict("A", "B", comparison({ p: 0.2 }))).toContain("disagree");
  expect(powerText(noise)).toContain("it takes about 40 questions");
  expect(powerText(comparison({}))).not.toContain("it takes");
});

test("without a shared question, or with one, no verdict is given", () => {
  expect(verdict("A", "B", comparison({ meanDifference: null, p: null, n: 0 }))).toContain(
    "no question in common",
  );
  expect(verdict("A", "B", comparison({ interval: null, n: 1 }))).toContain("With 1 question");
});

test("a control that rises as much as SaGE takes the word consistency back", () => {
  expect(controlText(comparison({}), [0.1, 0.25])).toContain("read the answers before");
  expect(controlText(comparison({}), [0.1, 0.12])).toContain("is less than SaGE’s +.10");
  expect(controlText(comparison({}), [null, 0.1])).toBeNull();
});

test("of a model at temperature 0 it is said by name that it says the same twice, and of no other", () => {
  const at = (temperature: number) => {
    const asked = { ...config, sampling: { ...config.sampling, temperature } };
    return { role: "lora", cycle: 2, run: { config: asked } } as EvaluatedModel;
  };
  expect(greedySentence(at(0))).toMatch(/^At temperature 0 .*LoRA.*, cycle 2 says the same/);
  expect(greedySentence(at(0.7))).toBeNull();
});
