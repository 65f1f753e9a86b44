/** The comparison that comes along: what LoRA gains, and what each method adds to it, on the demo's model and questions. */
import type { StudyConfigInput } from "../study/config";

const recommended = { preset: "recommended" } as const;

/**
 * By name, in the order in which they are to stand. All start from the same LoRA model (with one seed), and sample as many
 * answers of the same length to the same questions. "ppo-batch-1" is the published recipe after LoRA: one answer a step, paid the
 * SaGE of its question, Adam at 1e-5, KL to the pretrained model.
 */
export const DEMO_METHODS: Readonly<Record<string, StudyConfigInput>> = {
  lora: { ...recommended, rollouts: { enabled: false } },
  "ppo-batch-1": {
    ...recommended,
    rollouts: { method: "ppo", batch: "answer", reward: "group-sage", reference: "base" },
    ppo: { learningRate: 1e-5, miniBatchSize: 1 },
  },
  "ppo-grouped": { ...recommended, rollouts: { method: "ppo" } },
  rloo: { ...recommended, rollouts: { method: "rloo" } },
  grpo: { ...recommended, rollouts: { method: "grpo" } },
  dpo: { ...recommended, rollouts: { method: "dpo" } },
};

/** Seeds of each unless more or fewer are asked for. */
export const DEMO_SEEDS = 3;
