import { expect, test } from "vitest";
import type { CaseResult, FolderReader } from "./case";
import { diskFolder } from "./folder";
import { groupRlCases } from "./group-rl-cases";
import { textMetricCases } from "./text-metric-cases";

test("group advantages, losses and DPO agree with TRL's formulas", async () => {
  const results = await all(groupRlCases(diskFolder("tests/fixtures/golden")));
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results).toHaveLength(3 + 1 + 32 + 3 + 5 + 8 + 1);
});

test("text metrics agree with NLTK and rouge_score", async () => {
  const results = await all(textMetricCases(diskFolder("tests/fixtures/golden")));
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results).toHaveLength(15 * 4 + 1);
});

test.each([groupRlCases, textMetricCases])(
  "a folder without the file has no case: %o",
  async (cases) => {
    expect(await all(cases(diskFolder("tests/fixtures/golden/tiny-adapter")))).toEqual([]);
  },
);

test("a wrong stem or token is a miss that names it", async () => {
  const pair = { reference: "lies", candidate: "lies", bleu_method1: 1, rougeL_f: 1 };
  const wrong = {
    pairs: [{ ...pair, rouge_tokens_ref: ["lie", "more"], rouge_tokens_cand: ["lies"] }],
    nltk_porter_stems: { lies: "lies" },
  };
  const missed = (await all(textMetricCases(only(wrong)))).filter(({ passed }) => !passed);
  expect(missed.map(({ name, largestError }) => [name, largestError])).toEqual([
    ["text pair 0: BLEU", expect.closeTo(1 - 0.1 ** 0.75, 12)],
    ['text pair 0: tokens of the reference (at 1 "undefined", expected "more")', 1],
    ['text pair 0: tokens of the candidate (at 0 "lie", expected "lies")', 1],
    ['Porter stems of 1 words (at 0 "lie", expected "lies")', 1],
  ]);
});

async function all(cases: AsyncIterable<CaseResult>): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const result of cases) results.push(result);
  return results;
}

/** A folder whose every file is this. */
function only(content: object): FolderReader {
  const text = JSON.stringify(content);
  return {
    text: async () => text,
    bytes: async () => new TextEncoder().encode(text),
    has: async () => true,
  };
}
