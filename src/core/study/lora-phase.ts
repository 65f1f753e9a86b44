/** LoRA fine-tuning on the examples that passed the selection. */
import type { AdapterWeights } from "../adapter/peft";
import { deriveSeed } from "../random";
import { Checkpoints } from "./checkpoints";
import type { Run } from "./context";
import type { TrainingExample } from "./ports";

/** Trains an adapter, which is then stored and attached; one that is stored is only attached. */
export async function loraPhase(
  examples: readonly TrainingExample[],
  cycle: number,
  run: Run,
): Promise<AdapterWeights> {
  const { config, ports, report, signal } = run;
  const { policy, store } = ports;
  const phase = { kind: "lora", cycle } as const;
  const trained = await store.loadAdapter(cycle, "lora");
  const from = trained === null ? await store.loadCheckpoint(phase) : null;
  if (trained === null) run.goOn({ ...phase, step: from?.step ?? 0 });
  report({
    kind: "phase",
    phase: { ...phase, role: "lora", split: "train", total: 0, unit: "steps" },
  });
  if (trained !== null) {
    await policy.useAdapter(trained);
    return trained;
  }
  const checkpoints = new Checkpoints(phase, from?.step ?? 0, run);
  const weights = await policy.fineTune(
    examples,
    { adapter: config.adapter, sft: config.sft, seed: deriveSeed(config.seed, "sft", cycle) },
    {
      signal,
      from,
      onStep: (step) => {
        report({ kind: "sft-step", cycle, step });
        report({ kind: "progress", done: step.step, total: step.totalSteps });
      },
      // The last step needs no checkpoint: what the phase gives is stored below.
      afterStep: (step, snapshot) => checkpoints.at(step, false, snapshot),
    },
  );
  await store.saveAdapter(cycle, "lora", weights);
  return weights;
}
