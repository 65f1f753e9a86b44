import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel } from "../../../tests/parity/gpt2-cases";
import { AdapterConfig } from "../../core/adapter/config";
import { SftConfig } from "../../core/sft/config";
import { labelSequence } from "../../core/sft/labels";
import type { TrainingState } from "../../core/study/checkpoint";
import { createAdapter } from "../adapter/attach";
import type { Gpt2 } from "../gpt2/model";
import { AdamW } from "../optimiser/adamw";
import { trainSft } from "../../../tests/fixtures/train-sft";
import { restoreSnapshot, snapshotOf } from "./snapshot";

const labels = { endOfText: 100, maxLength: 64, promptMasked: true, learnEndOfText: true };
const examples = [
  labelSequence([1, 2, 3], [4, 5, 6, 7], labels),
  labelSequence([8, 9], [10], labels),
  labelSequence([1, 2], [4, 5, 6], labels),
];
const config = v.parse(SftConfig, {
  ...{ steps: 8, batchSize: 2, microBatch: 1, learningRate: 1e-2, weightDecay: 0.1 },
  warmupSteps: 2,
});
const adapterConfig = v.parse(AdapterConfig, { rank: 2, loraDropout: 0.2 });
const signal = new AbortController().signal;

/** WebGPU promises no order of its sums; SwiftShader and the GPUs tried keep one, so this is room that none has needed. */
const WEBGPU_TOLERANCE = 1e-6; // nats a token

/** Losses of the steps that were run, the snapshot after step 3 if it got there, and the read-backs of each step. */
async function train(model: Gpt2, from: TrainingState | null) {
  const adapter = createAdapter(model, adapterConfig, 3);
  model.adapter = adapter;
  const losses: number[] = [];
  let saved: TrainingState | null = null;
  await trainSft(model, adapter.variables(), examples, {
    ...{ config, seed: 5, signal, from },
    onStep: ({ loss }) => losses.push(loss),
    afterStep: async (step, snapshot) => {
      if (step === 3) saved = await snapshot();
    },
  });
  adapter.dispose();
  model.adapter = null;
  return { losses, saved: saved as TrainingState | null };
}

test.each(backends)(
  "promise 2: fine-tuning on %s goes on from a snapshot as if it had not been cut",
  async (backend) => {
    await useBackend(backend);
    const model = await loadGoldenModel(diskFolder("tests/fixtures/golden"));
    const whole = await train(model, null);
    const before = tf.memory().numTensors; // the model keeps a transposed head from its first pass on
    const stored = JSON.parse(JSON.stringify(whole.saved!.state)) as TrainingState["state"];
    const resumed = await train(model, { ...whole.saved!, state: stored });
    expect(resumed.losses).toHaveLength(5);
    const rest = whole.losses.slice(3);
    if (backend === "webgpu") expect(resumed.losses).toBeAllClose(rest, { atol: WEBGPU_TOLERANCE });
    else expect(resumed.losses).toEqual(rest);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    await expectNoGpuErrors();
  },
  120_000,
);

test("a snapshot of another adapter is refused by the tensor that does not fit", async () => {
  await useBackend("cpu");
  const parameters = (shape: [number, number]) => [
    { name: "h.0.attn.c_attn.lora_A.weight", variable: tf.variable(tf.zeros(shape)) },
  ];
  const [small, large] = [parameters([2, 4]), parameters([3, 4])];
  const { adamStep, tensors } = await snapshotOf(small, new AdamW(small));
  const restore = (state: TrainingState["state"], of: typeof small) =>
    restoreSnapshot(of, new AdamW(of), { state, tensors });
  expect(() => restore({ adamStep }, large)).toThrow(
    "the checkpoint holds h.0.attn.c_attn.lora_A.weight as [2, 4], this model needs [3, 4]",
  );
  expect(() => restore({}, small)).toThrow("adamStep");
  expect(() => restore({ adamStep }, [{ ...small[0]!, name: "__proto__" }])).toThrow(
    "holds __proto__ as [nothing]",
  );
});
