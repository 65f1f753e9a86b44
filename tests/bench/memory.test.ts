import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import { loadPair, type Pair, randomRows, randomSequences } from "./random-model";
import { answers, loraSteps, ppoSteps } from "./steps";

const SHAPE = { layers: 2, heads: 2, width: 16, vocabulary: 64, positions: 128 };
let pair: Pair;

beforeEach(async () => {
  await startBackend("cpu");
  pair = await loadPair(SHAPE, "3d", { shareWeights: true });
});

afterEach(() => {
  tf.dispose(pair.plain.adapter.variables);
  pair.model.adapter!.dispose();
  pair.model.dispose();
});

/** What `work` leaves behind. */
async function left(work: () => Promise<unknown>) {
  const before = tf.memory();
  await work();
  const after = tf.memory();
  return {
    tensors: after.numTensors - before.numTensors,
    buffers: after.numDataBuffers - before.numDataBuffers,
    bytes: after.numBytes - before.numBytes,
  };
}

const nothing = { tensors: 0, buffers: 0, bytes: 0 };

test("memory is flat over 100 LoRA steps", async () => {
  const sequences = randomSequences(2, 6, SHAPE);
  await loraSteps(pair.model, sequences, 1); // what is kept from the first use on
  expect(await left(() => loraSteps(pair.model, sequences, 100))).toEqual(nothing);
});

test("memory is flat over 100 decoded tokens", async () => {
  const prompts = randomRows(3, 5, SHAPE.vocabulary);
  await answers(pair.model, prompts, 2);
  expect(await left(() => answers(pair.model, prompts, 100))).toEqual(nothing);
});

test("memory is flat over PPO steps", async () => {
  const [query, response] = randomRows(2, 5, SHAPE.vocabulary);
  const rollout = { query: query!, response: response! };
  await ppoSteps(pair.model, rollout, 1);
  expect(await left(() => ppoSteps(pair.model, rollout, 3))).toEqual(nothing);
});

test("a tensor that is forgotten would be seen", async () => {
  const forgotten: tf.Tensor[] = [];
  expect(await left(async () => void forgotten.push(tf.tensor1d([1, 2])))).toEqual({
    ...{ tensors: 1, buffers: 1, bytes: 8 },
  });
  tf.dispose(forgotten);
});
