import { expect, test } from "vitest";
import type { Sampling } from "../src/core/study/config";
import type { SeededPrompt } from "../src/core/study/ports";
import { writeTexts } from "./write-texts";

const sampling: Sampling = { temperature: 0.8, topK: 0, topP: 1, maxNewTokens: 8 };
const { signal } = new AbortController();
const prompts = Array.from({ length: 70 }, (_, i) => ({
  ...{ prompt: `Question ${i}?`, seed: i, name: `the prompt for question ${i}` },
}));

/** Says what it was asked; what is longer than 12 characters does not fit. */
function policy() {
  const blocks: (readonly SeededPrompt[])[] = [];
  return {
    blocks,
    checkPrompt(prompt: string, _: Sampling, name: string) {
      if (prompt.length > 12) throw new RangeError(`${name} does not fit`);
    },
    async generate(block: readonly SeededPrompt[]) {
      blocks.push(block);
      return block.map(({ prompt, seed }) => `${seed}: ${prompt}`);
    },
  };
}

test("texts come in the order of their prompts, by blocks, with how many are done over all of them", async () => {
  const model = policy();
  const done: number[] = [];
  const texts = await writeTexts(model, prompts, sampling, { signal, onProgress: (n) => void done.push(n) }); // prettier-ignore
  expect(texts).toEqual(prompts.map(({ prompt, seed }) => `${seed}: ${prompt}`));
  expect(model.blocks.map(({ length }) => length)).toEqual([32, 32, 6]);
  expect(done).toEqual([32, 64, 70]);
});

test("a prompt of the last block that is too long is named before the first block is asked", async () => {
  const model = policy();
  const long = prompts.with(69, { ...prompts[69]!, prompt: "Question 69, at length?" });
  await expect(writeTexts(model, long, sampling, { signal })).rejects.toThrow(
    "the prompt for question 69 does not fit",
  );
  expect(model.blocks).toEqual([]);
});
