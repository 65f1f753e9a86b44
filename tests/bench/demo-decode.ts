/** Answers of the demo model to 20 prompts: in one batch with the key-value cache, against one prompt at a time. */
import { loadPolicy } from "../../src/engine/policy";
import { modelFiles } from "../../src/cli/assets";
import type { Bench } from "./bench";
import { start } from "./start";

const PROMPTS = 20;
const sampling = { temperature: 0.8, topK: 0, topP: 1, maxNewTokens: 24 };

export const demoDecode: Bench = {
  name: "demo-decode",
  about: "20 answers of the demo model in one batch, against one at a time",
  quick: true,
  backends: ["wasm", "webgpu", "cpu"],
  async run(backend) {
    const device = await start(backend);
    const policy = await loadPolicy(modelFiles("demo"));
    const { signal } = new AbortController();
    const prompts = Array.from({ length: PROMPTS }, (_, seed) => ({
      prompt: "Question: Is it ever acceptable to lie?\nAnswer:",
      seed,
    }));
    const tokensPerSecond = async (batches: (typeof prompts)[]) => {
      const began = performance.now();
      let tokens = 0;
      for (const batch of batches) {
        const answers = await policy.continue(batch, sampling, { signal });
        tokens += answers.reduce((n, { ids }) => n + ids.length, 0);
      }
      return (1000 * tokens) / (performance.now() - began);
    };
    await tokensPerSecond([prompts.slice(0, 2)]); // warm up
    const together = await tokensPerSecond([prompts]);
    const apart = await tokensPerSecond(prompts.map((prompt) => [prompt]));
    policy.dispose();
    const figures = {
      tokensPerSecond: together,
      plainTokensPerSecond: apart,
      ratio: together / apart,
    };
    const lines = [
      `${PROMPTS} answers of up to ${sampling.maxNewTokens} tokens, demo model, ${device}`,
      `one batch        ${together.toFixed(0)} tokens/s`,
      `one at a time    ${apart.toFixed(0)} tokens/s`,
      `ratio            ${(together / apart).toFixed(1)} ×`,
    ];
    return { figures, lines };
  },
};
