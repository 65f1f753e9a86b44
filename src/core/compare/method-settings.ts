/** The methods that are held against each other, by what makes them so. */
import type { StudyConfig } from "../study/config";

export type ComparedMethod = "lora" | "ppo-batch-1" | "ppo-grouped" | "rloo" | "grpo" | "dpo";

/**
 * In the order in which they are to stand. "ppo-batch-1" is the published recipe after LoRA: one answer a step, paid the SaGE of
 * its question, Adam at 1e-5, KL to the pretrained model.
 */
export const METHOD_SETTINGS: Readonly<
  Record<
    ComparedMethod,
    {
      readonly rollouts: Partial<StudyConfig["rollouts"]>;
      readonly ppo?: Partial<StudyConfig["ppo"]>;
    }
  >
> = {
  lora: { rollouts: { enabled: false } },
  "ppo-batch-1": {
    rollouts: { method: "ppo", batch: "answer", reward: "group-sage", reference: "base" },
    ppo: { learningRate: 1e-5, miniBatchSize: 1 },
  },
  "ppo-grouped": { rollouts: { method: "ppo", batch: "question" } },
  rloo: { rollouts: { method: "rloo" } },
  grpo: { rollouts: { method: "grpo" } },
  dpo: { rollouts: { method: "dpo" } },
};

export const COMPARED_METHODS = Object.keys(METHOD_SETTINGS) as readonly ComparedMethod[];
