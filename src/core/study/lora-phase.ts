/** LoRA fine-tuning on the examples that passed the selection. */
import type { AdapterWeights } from "../adapter/peft";
import { deriveSeed } from "../random";
import { batches } from "../sft/batches";
import { Checkpoints } from "./checkpoints";
import type { Run } from "./context";
import { PinnedAnswers } from "./pinned";
import type { TrainingExample } from "./ports";

/** Trains an adapter, which is then stored and attached; one that is stored is only attached. */
export async function loraPhase(
  examples: readonly TrainingExample[],
  cycle: number,
  run: Run,
): Promise<AdapterWeights> {
  const { config, ports, report } = run;
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
  const pinned = new PinnedAnswers(phase, from?.step ?? 0, null, run);
  const { adapter, sft } = config;
  const seed = deriveSeed(config.seed, "sft", cycle);
  const order = [...batches(examples.length, sft, deriveSeed(seed, "batches"))];
  const trainer = await policy.startSft(examples, { adapter, sft, seed }, from);
  if (trainer.note !== null) run.note(trainer.note);
  try {
    await pinned.start();
    for (const batch of order.slice(from?.step ?? 0)) {
      const step = await trainer.step(batch, run);
      report({ kind: "sft-step", cycle, step });
      report({ kind: "progress", done: step.step, total: step.totalSteps });
      await pinned.at(step.step, step.totalSteps, step.step === order.length);
      // The last step needs no checkpoint: what the phase gives is stored below.
      await checkpoints.at(step.step, false, () => trainer.snapshot());
    }
  } catch (error) {
    await trainer.end().catch(() => {}); // it holds tensors that nothing else frees; the first failure is the one to tell
    throw error;
  }
  const weights = await trainer.end();
  run.signal.throwIfAborted(); // a device that failed is known to once it was read
  await store.saveAdapter(cycle, "lora", weights);
  return weights;
}
