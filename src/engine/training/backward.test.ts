import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { IGNORED, padBatch } from "../../core/sft/labels";
import { importAdapter } from "../adapter/attach";
import { startBackend } from "../backend";
import { summedCrossEntropy } from "../sft/loss";
import { lossAndGradients, targetStates } from "./backward";

const golden = diskFolder("tests/fixtures/golden");
const batch = padBatch(
  [
    { ids: [5, 6, 7, 8, 9], labels: [IGNORED, IGNORED, 7, 8, 9] },
    { ids: [11, 12, 13], labels: [IGNORED, 12, 13] },
  ],
  100,
);

async function policy(dropout = 0) {
  await startBackend("cpu");
  const weights = await readGoldenAdapter(golden);
  const model = await loadGoldenModel(golden);
  const adapter = importAdapter(model, {
    ...weights,
    config: { ...weights.config, loraDropout: dropout },
  });
  model.adapter = adapter;
  const dispose = () => {
    adapter.dispose();
    model.dispose();
  };
  return { model, adapter, dispose };
}

test.each([0, 0.3])("block by block equals one tape, at dropout %s", async (dropout) => {
  const { model, adapter, dispose } = await policy(dropout);
  const parameters = adapter.variables();
  const options = { dropoutSeed: 7 };
  const byBlock = lossAndGradients(
    model,
    batch,
    parameters,
    (states) => summedCrossEntropy(model, states, batch),
    options,
  );
  const byTape = tf.variableGrads(
    () => summedCrossEntropy(model, targetStates(model, batch, options), batch),
    parameters.map(({ variable }) => variable),
  );
  expect(await byBlock.loss.data()).toBeAllClose(await byTape.value.data());
  for (const { name, variable } of parameters) {
    const expected = await byTape.grads[variable.name]!.data();
    expect(await byBlock.gradients.get(name)!.data(), name).toBeAllClose(expected);
  }
  tf.dispose([byBlock.loss, ...byBlock.gradients.values(), byTape.value, byTape.grads]);
  dispose();
});

test("whether blocks keep their inner values or compute them again, the gradients are the same, bit for bit", async () => {
  const { model, adapter, dispose } = await policy(0.3);
  const parameters = adapter.variables();
  const passes = [0, 1, model.config.layers].map((keptBlocks) => {
    model.keptBlocks = keptBlocks;
    const loss = (states: tf.Tensor2D) => summedCrossEntropy(model, states, batch);
    return lossAndGradients(model, batch, parameters, loss, { dropoutSeed: 7 });
  });
  expect(model.config.layers).toBeGreaterThan(1);
  const [recomputed, ...kept] = passes.map(({ gradients }) =>
    parameters.map(({ name }) => [...gradients.get(name)!.dataSync()]),
  );
  for (const gradients of kept) expect(gradients).toEqual(recomputed);
  for (const { loss, gradients } of passes) tf.dispose([loss, ...gradients.values()]);
  dispose();
});

test("keeps the loss and the gradients, and nothing else", async () => {
  const { model, adapter, dispose } = await policy();
  const before = tf.memory().numTensors;
  const { loss, gradients } = lossAndGradients(model, batch, adapter.variables(), (states) =>
    summedCrossEntropy(model, states, batch),
  );
  expect(tf.memory().numTensors).toBe(before + 1 + adapter.variables().length);
  tf.dispose([loss, ...gradients.values()]);
  expect(tf.memory().numTensors).toBe(before);
  dispose();
});

test("padding changes no state", async () => {
  const { model, dispose } = await policy();
  const alone = padBatch([{ ids: [11, 12, 13], labels: [IGNORED, 12, 13] }], 100);
  const padded = await targetStates(model, batch).data();
  const own = await targetStates(model, alone).data();
  expect(padded.slice(3 * model.config.width)).toBeAllClose(own, { atol: 1e-5 });
  dispose();
});
