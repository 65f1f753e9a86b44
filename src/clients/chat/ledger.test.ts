import { expect, test } from "vitest";
import type { StoredReply } from "../../core/chat/reply";
import { Ledger } from "./ledger";

const FREE = { inputPrice: null, outputPrice: null };
const reply = (promptTokens: number, completionTokens: number): StoredReply => ({
  key: "k",
  request: { baseUrl: "", model: "m", messages: [], parameters: {}, sample: 0 },
  ...{ text: "No.", usage: { promptTokens, completionTokens }, response: "", at: 0, payer: "p" },
});
const most = { promptTokens: 10, completionTokens: 90 };

test("requests start while the most they may use fits, and wait for those on the way before it is said that none does", async () => {
  const ledger = new Ledger(FREE, { budget: null, tokenBudget: 250 }, []);
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const ask = (i: number) =>
    ledger.within(most, async (paid) => {
      begun.push(i);
      await new Promise<void>((end) => (finish[i] = end));
      paid(reply(10, 10));
    });
  const all = [0, 1, 2].map(ask);
  await Promise.resolve();
  expect(begun).toEqual([0, 1]); // 200 of 250 are reserved, 300 would be too many
  finish[0]!();
  await all[0];
  await new Promise((soon) => setTimeout(soon, 1));
  expect(begun).toEqual([0, 1, 2]); // 20 were used, not 100
  finish[1]!();
  finish[2]!();
  await Promise.all(all);
  expect(ledger.spending).toMatchObject({ promptTokens: 30, completionTokens: 30, replies: 3 });
});

test("a request that could exceed the budget is refused before it starts, saying what was spent", async () => {
  const prices = { inputPrice: 2, outputPrice: 8 };
  const ledger = new Ledger(prices, { budget: 0.01, tokenBudget: null }, [reply(1000, 980)]);
  expect(ledger.spending.cost).toBeCloseTo((1000 * 2 + 980 * 8) / 1e6, 12);
  let started = false;
  const refused = ledger.within(most, async () => (started = true));
  await expect(refused).rejects.toMatchObject({
    name: "BudgetError",
    message: expect.stringMatching(
      /budget \(0\.01 in money\).*1,980 tokens in 1 reply, 0\.009840/,
    ) as string,
  });
  expect(started).toBe(false);
});

test("a request that failed gives back what was reserved, and one that was paid for all the same is counted", async () => {
  const ledger = new Ledger(FREE, { budget: null, tokenBudget: 100 }, []);
  await expect(ledger.within(most, () => Promise.reject(new Error("500")))).rejects.toThrow("500");
  await expect(
    ledger.within(most, async (paid) => {
      paid(reply(10, 0));
      throw new Error("empty");
    }),
  ).rejects.toThrow("empty");
  expect(ledger.spending.promptTokens).toBe(10);
  await expect(ledger.within(most, async () => {})).rejects.toThrow("raise the budget"); // 10 + 100 > 100
});
