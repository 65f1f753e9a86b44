/** The training steps and answers that benches time and count, on any model. */
import * as v from "valibot";
import { PpoConfig } from "../../src/core/ppo/config";
import type { Rollout } from "../../src/core/ppo/layout";
import { SftConfig } from "../../src/core/sft/config";
import type { LabelledSequence } from "../../src/core/sft/labels";
import { generate } from "../../src/engine/generate/generate";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import { PpoTrainer } from "../../src/engine/ppo/trainer";
import { trainSft } from "../fixtures/train-sft";

export const LEARNING_RATE = 1e-4;
export const ppoConfig = v.parse(PpoConfig, { learningRate: LEARNING_RATE });
const { signal } = new AbortController();

/** LoRA steps, each with all sequences in one pass. @returns each one's loss. */
export async function loraSteps(
  model: Gpt2,
  sequences: readonly LabelledSequence[],
  steps: number,
): Promise<number[]> {
  const losses: number[] = [];
  const size = sequences.length;
  const settings = { steps, batchSize: size, microBatch: size, learningRate: LEARNING_RATE };
  await trainSft(model, model.adapter!.variables(), sequences, {
    config: v.parse(SftConfig, { ...settings, schedule: "constant" }),
    ...{ seed: 1, signal },
    onStep: ({ loss }) => losses.push(loss),
  });
  return losses;
}

/** PPO steps of four epochs on one response, by one trainer. @returns the policy's entropy in each, in nats a token. */
export async function ppoSteps(model: Gpt2, rollout: Rollout, steps: number): Promise<number[]> {
  const trainer = new PpoTrainer(model, model.adapter!.variables(), {
    config: ppoConfig,
    reference: "base",
    ...{ seed: 1, valueHead: null },
  });
  const entropies: number[] = [];
  for (let step = 0; step < steps; step++) {
    const stats = await trainer.step([rollout], [1], { signal });
    entropies.push(stats["ppo/policy/entropy"]!);
  }
  trainer.dispose();
  return entropies;
}

/** Answers of exactly so many tokens, all rows at once. @param temperature  0: the likeliest token, always. */
export function answers(
  model: Gpt2,
  prompts: readonly (readonly number[])[],
  tokens: number,
  temperature = 1,
) {
  const rows = prompts.map((ids, seed) => ({ ids, seed }));
  return generate(model, rows, {
    ...{ temperature, topK: 0, topP: 1, maxNewTokens: tokens, endOfText: null },
    maxBatch: prompts.length,
    tokensPerRead: 8, // a software GPU would be read at every token
  });
}
