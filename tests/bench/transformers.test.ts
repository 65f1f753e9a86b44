import { expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import { loadGpt2 } from "../../src/engine/gpt2/load";
import { randomFiles, randomRows } from "./random-model";
import { answers } from "./steps";
import { loadTransformersGpt2 } from "./transformers-js";

// Weights so large that attention, its mask and the activation decide what is said: ReLU is noticed, GELU's exact form in place of its
// approximation, less than 0.001 away, is not.
const SHAPE = { deviation: 0.3, layers: 2, heads: 2, width: 32, vocabulary: 300, positions: 64 };

test("transformers.js, on one thread of WebAssembly, says the same as the engine", async () => {
  await startBackend("cpu");
  const theirs = await loadTransformersGpt2(SHAPE);
  const ours = await loadGpt2(randomFiles("random GPT-2", SHAPE));
  const prompts = randomRows(3, 7, SHAPE.vocabulary);
  const said = await theirs.greedy(prompts, 20);
  expect(said).toEqual((await answers(ours, prompts, 20, 0)).map(({ ids }) => ids));
  ours.dispose();
  await theirs.dispose();
});
