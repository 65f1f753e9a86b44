import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateCost, estimateText, isWithin, money4, spendingOf, spendingText } from "./cost";
import type { StoredReply } from "./reply";
import { chatRequest } from "./request";
import { estimateTokens } from "./usage";

const prices = { inputPrice: 0.15, outputPrice: 0.6 };
const unknown = { inputPrice: 0.15, outputPrice: null };
const settings = { baseUrl: "http://h/v1", model: "m", temperature: 0, maxTokens: 100 };
const requests = ["x".repeat(400), "y".repeat(401)].map((text) => chatRequest(settings, text, 0));
const reply = (usage: StoredReply["usage"]): StoredReply => ({
  ...{ key: "k", request: requests[0]!, text: "No, never.", usage },
  ...{ response: "", at: 0, payer: "p" },
});

test("the estimate is four characters a token and 8 a message, with every reply as long as it may be", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateTokens("12345")).toBe(2);
  expect(estimateCost([...requests, 1, 2, 3], requests, prices)).toEqual({
    ...{ requests: 2, stored: 3, promptTokens: 100 + 101 + 16, completionTokens: 200 },
    cost: (217 * 0.15 + 200 * 0.6) / 1e6,
  });
});

test("without both prices there are tokens and no money, and it is said", () => {
  const estimate = estimateCost(requests, requests, unknown);
  expect(estimate.cost).toBeNull();
  expect(estimateText(estimate)).toContain("no price is known");
  expect(spendingText(spendingOf([reply(null)], unknown))).toContain("no price is known");
});

test("what the server counts is taken as it is, and where it is silent the rule of the estimate is", () => {
  const counted = spendingOf([reply({ promptTokens: 90, completionTokens: 3 })], prices);
  expect(counted).toMatchObject({
    promptTokens: 90,
    completionTokens: 3,
    replies: 1,
    estimated: 0,
  });
  const silent = spendingOf([reply(null)], prices);
  expect(silent).toMatchObject({ promptTokens: 108, completionTokens: 3, estimated: 1 });
});

test("spending grows with each reply, and is within a budget up to and at its limit", () => {
  const usage = fc.record({ promptTokens: fc.nat(1e6), completionTokens: fc.nat(1e6) });
  fc.assert(
    fc.property(fc.array(usage), usage, (before, one) => {
      const [less, more] = [before, [...before, one]].map((all) =>
        spendingOf(all.map(reply), prices),
      );
      expect(more!.cost).toBeGreaterThanOrEqual(less!.cost!);
      const budget = more!.cost!;
      expect(isWithin(more!, prices, { budget, tokenBudget: null })).toBe(true);
      const tokens = more!.promptTokens + more!.completionTokens;
      expect(isWithin(more!, prices, { budget: null, tokenBudget: tokens })).toBe(true);
      expect(isWithin(more!, prices, { budget: null, tokenBudget: tokens - 1 })).toBe(false);
    }),
  );
});

test.each([
  [0, "0"],
  [12.3456, "12.35"],
  [0.01234567, "0.01235"],
  [0.0000004, "0.00000040"],
  [1234.5, "1234.50"],
])("%d is written %s", (cost, text) => {
  expect(money4(cost)).toBe(text);
});
