/** The baseline computes what the engine computes; otherwise a ratio of their times would mean nothing. */
import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PpoConfig } from "../../../src/core/ppo/config";
import { SftConfig } from "../../../src/core/sft/config";
import { IGNORED } from "../../../src/core/sft/labels";
import { type AttachedAdapter, importAdapter } from "../../../src/engine/adapter/attach";
import { startBackend } from "../../../src/engine/backend";
import { generate } from "../../../src/engine/generate/generate";
import type { Gpt2 } from "../../../src/engine/gpt2/model";
import { PpoTrainer } from "../../../src/engine/ppo/trainer";
import { trainSft } from "../../fixtures/train-sft";
import { diskFolder } from "../../parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../parity/gpt2-cases";
import { decodeConcatenating, decodeRecomputing, greedy } from "./decode";
import { type PlainGpt2, readPlainWeights } from "./model";
import { copyAdapter } from "./adapter";
import { PlainPpo } from "./ppo";
import { PlainTrainer } from "./train";

const golden = diskFolder("tests/fixtures/golden");
const { signal } = new AbortController();
const LEARNING_RATE = 1e-2;

let model: Gpt2;
let adapter: AttachedAdapter;
let plain: PlainGpt2;
let variables: tf.Variable[];

beforeEach(async () => {
  await startBackend("cpu");
  model = await loadGoldenModel(golden);
  adapter = importAdapter(model, await readGoldenAdapter(golden));
  model.adapter = adapter;
  const copy = await copyAdapter(adapter);
  variables = copy.variables;
  plain = {
    config: model.config,
    weights: readPlainWeights(await golden.bytes("tiny-gpt2.safetensors")),
    adapter: copy,
    products: "3d",
  };
});

afterEach(() => {
  tf.dispose([...plain.weights.values(), ...variables]);
  adapter.dispose();
  model.dispose();
});

test("its losses over four LoRA steps are the engine's", async () => {
  const sequences = [
    [3, 1, 4, 1, 5, 9, 2, 6],
    [2, 7, 1, 8, 2, 8, 1, 8],
  ].map((ids) => ({
    ids,
    labels: ids.map((id, t) => (t < 3 ? IGNORED : id)),
  }));
  const ours: number[] = [];
  const settings = { steps: 4, batchSize: 2, microBatch: 2, learningRate: LEARNING_RATE };
  await trainSft(model, adapter.variables(), sequences, {
    config: v.parse(SftConfig, { ...settings, schedule: "constant" }),
    ...{ seed: 1, signal },
    onStep: ({ loss }) => ours.push(loss),
  });
  const trainer = new PlainTrainer(plain, variables, LEARNING_RATE);
  const theirs: number[] = [];
  for (let step = 0; step < 4; step++) theirs.push(await trainer.step(sequences));
  trainer.dispose();
  expect(ours[3]).toBeLessThan(ours[0]! - 0.05); // they learn, so later losses compare the updates too
  expect(theirs).toBeAllClose(ours, { atol: 1e-4, rtol: 0 });
});

test("its losses over a PPO step's epochs are the engine's", async () => {
  const rollout = { query: [1, 2, 3], response: [4, 5, 6, 7, 8] };
  const config = v.parse(PpoConfig, { learningRate: LEARNING_RATE });
  const options = { config, reference: "base", seed: 1, valueHead: null } as const;
  const trainer = new PpoTrainer(model, adapter.variables(), options);
  const { weight, bias } = await trainer.valueHead.weights();
  const head = {
    weight: tf.variable(tf.tensor2d(weight, [1, 32])),
    bias: tf.variable(tf.tensor1d(bias)),
  };
  const ours: number[][] = [];
  await trainer.step([rollout], [1], {
    signal,
    onUpdate: ({ statistics }) =>
      ours.push([
        statistics["ppo/loss/policy"],
        statistics["ppo/loss/value"],
        statistics["ppo/policy/entropy"],
      ]),
  });
  trainer.dispose();
  const ppo = new PlainPpo(plain, head, variables, config);
  const epochs = await ppo.step(rollout, 1);
  const theirs = epochs.map(({ policy, value, entropy }) => [policy, value, entropy]);
  ppo.dispose();
  tf.dispose([head.weight, head.bias]);
  expect(ours).toHaveLength(4);
  expect(Math.abs(ours[3]![1]! - ours[0]![1]!)).toBeGreaterThan(1e-3);
  expect(theirs.flat()).toBeAllClose(ours.flat(), { atol: 1e-4, rtol: 0 });
});

test("both of its ways to decode continue prompts as the engine does", async () => {
  const prompts = [
    [5, 17, 3],
    [40, 2, 99],
  ];
  const settings = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 12, endOfText: null };
  const rows = prompts.map((ids) => ({ ids, seed: 0 }));
  const ours = (await generate(model, rows, settings)).map(({ ids }) => ids);
  expect(await decodeRecomputing(plain, prompts, 12, greedy)).toEqual(ours);
  expect(await decodeConcatenating(plain, prompts, 12, greedy)).toEqual(ours);
  const flat = { ...plain, products: "2d" } as const;
  expect(await decodeRecomputing(flat, prompts, 12, greedy)).toEqual(ours);
});

test("it leaves no tensors behind", async () => {
  const trainer = new PlainTrainer(plain, variables, LEARNING_RATE);
  const ids = [3, 1, 4, 1, 5];
  const work = async () => {
    await trainer.step([{ ids, labels: ids }]);
    await decodeConcatenating(plain, [ids], 3, greedy);
    await decodeRecomputing(plain, [ids], 3, greedy);
  };
  await work(); // makes Adam's moments
  const before = tf.memory().numTensors;
  await work();
  expect(tf.memory().numTensors).toBe(before);
  trainer.dispose();
});
