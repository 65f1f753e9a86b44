import { expect, test } from "vitest";
import type { Alpha } from "../../core/statistics/alpha";
import type { BlockAlpha } from "../../core/statistics/alpha-diagnostics";
import { alphaSays, differenceSays, driftSays, modelSays, oddRaterSays } from "./sentences";

const half = (alpha: number, low: number, high: number) =>
  ({ alpha, interval: { low, high } }) as BlockAlpha;

test.each([
  [0.839, 0.896, "All of the interval is above .800: labels to rely on."],
  [0.7, 0.9, "Above .667, but not surely above .800: tentative conclusions only."],
  [0.5, 0.9, "The interval reaches below .667: too uncertain to draw conclusions from."],
  [0.1, 0.3, "All of the interval is below .667: don’t draw conclusions from these labels."],
])("an α of [%d, %d] says so", (low, high, sentence) => {
  expect(alphaSays({ interval: { low, high } })).toBe(sentence);
});

test("a drift names both halves and what to look at", () => {
  const halves = [half(0.7697, 0.714, 0.822), half(0.9441, 0.916, 0.969)];
  expect(driftSays({ halves, drift: "rose" })).toBe(
    "The first half agrees less (.770 [.714, .822]) than the second (.944 [.916, .969]), more than chance explains. Look at the early pairs before you trust the whole.",
  );
  expect(driftSays({ halves, drift: null })).toMatch(/intervals that meet/);
  expect(driftSays({ halves: halves.slice(1), drift: null })).toMatch(/no halves/);
});

test("a difference is beyond chance where its interval leaves 0 out", () => {
  const of = { first: "a", second: "b", statistic: "auc", reason: null } as const;
  const says = (low: number, high: number) =>
    differenceSays({ ...of, difference: (low + high) / 2, interval: { low, high } });
  expect([says(0.01, 0.2), says(-0.1, 0.1), says(-0.2, -0.1)]).toEqual([
    "Closer to people, beyond chance.",
    "Within chance.",
    "Less close to people, beyond chance.",
  ]);
  expect(differenceSays({ ...of, difference: null, interval: null, reason: "no Y" })).toBe(
    "Not comparable: no Y.",
  );
});

test("the rater without whom α rises most is named, if it rises at all", () => {
  const without = (...alphas: number[]) =>
    alphas.map((alpha, i) => ({
      rater: { name: `ann${i + 1}`, kind: "person" as const },
      alpha: { alpha } as Alpha,
    }));
  expect(oddRaterSays(0.869, without(0.848, 0.825, 0.97))).toBe(
    "Without ann3 α rises by .101: they agree least with the others.",
  );
  expect(oddRaterSays(0.869, without(0.848, 0.825))).toBeNull();
  expect(oddRaterSays(null, without(0.9))).toBeNull();
});

test.each([
  [0.5, [0.3, 0.6], "It does not follow people’s majority"],
  [0.9, [0.85, 0.95], "It follows people’s majority closely"],
  [0.8, [0.7, 0.9], "is not certain"],
  [1, null, "Too few pairs"],
  [null, null, "α is undefined: no pair has both."],
])(
  "a model of α %d %j is said to be no person, and how it stands to them",
  (alpha, bounds, words) => {
    const interval = bounds && { low: bounds[0]!, high: bounds[1]! };
    const entry = {
      model: { name: "gpt", kind: "model" },
      alpha: { alpha, interval, reason: "no pair has both" },
    };
    const sentence = modelSays(entry as Parameters<typeof modelSays>[0]);
    expect(sentence).toMatch(/^gpt is not a person and is not counted\. /);
    expect(sentence).toContain(words);
  },
);
