import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { readPeft, writePeft } from "../../core/adapter/peft";
import { startBackend } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { createAdapter, exportAdapter, importAdapter } from "./attach";
import { mergeAdapter } from "./merge";

const golden = diskFolder("tests/fixtures/golden");
const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const config = {
  rank: 2,
  loraAlpha: 8,
  loraDropout: 0,
  targetModules: ["c_attn"],
  useRslora: false,
};

let model: Gpt2;
beforeAll(async () => {
  await startBackend("wasm", { wasmPath });
  model = await loadGoldenModel(golden);
});
afterAll(() => model.dispose());

const ids = () => tf.tensor2d([[3, 14, 15, 92]], undefined, "int32");
const logits = (options = {}) =>
  tf.tidy(() => model.logits(model.hidden(ids(), options)).dataSync());

test.each([
  [["c_attn"], ["attn.c_attn"]],
  [["attn.c_proj"], ["attn.c_proj"]],
  [["c_proj"], ["attn.c_proj", "mlp.c_proj"]],
  [
    ["mlp.c_fc", "c_attn"],
    ["attn.c_attn", "mlp.c_fc"],
  ],
  [["h.1.mlp.c_proj"], ["mlp.c_proj"]],
])("targets %o adapt %o, by PEFT's rule of endings", (targetModules, adapted) => {
  const adapter = createAdapter(model, { ...config, targetModules }, 1);
  const layers = targetModules[0]!.startsWith("h.") ? [1] : [0, 1];
  const names = layers.flatMap((layer) => adapted.map((map) => `h.${layer}.${map}`));
  expect([...adapter.maps.keys()]).toEqual(names);
  adapter.dispose();
});

test("every map draws its own A, and a fresh adapter changes no logit", () => {
  const adapter = createAdapter(model, config, 1);
  const [first, second] = [...adapter.maps.values()];
  expect(first!.a.dataSync()).not.toEqual(second!.a.dataSync());
  const plain = logits();
  model.adapter = adapter;
  expect(logits()).toEqual(plain);
  model.adapter = null;
  adapter.dispose();
});

test("what is exported through PEFT's files is imported as it was", async () => {
  const weights = await readGoldenAdapter(golden);
  const adapter = importAdapter(model, weights);
  const exported = await exportAdapter(adapter);
  expect(exported).toEqual(weights);
  const files = writePeft(exported);
  expect(readPeft(files["adapter_config.json"], files["adapter_model.safetensors"])).toEqual(
    weights,
  );
  adapter.dispose();
});

test("dropout acts in training only, and its seed decides it", async () => {
  const weights = await readGoldenAdapter(golden);
  const adapter = importAdapter(model, weights);
  const dropping = importAdapter(model, {
    ...weights,
    config: { ...weights.config, loraDropout: 0.5 },
  });
  model.adapter = adapter;
  const without = logits();
  expect(logits({ dropoutSeed: 1 })).toEqual(without);
  model.adapter = dropping;
  expect(logits()).toEqual(without);
  const first = logits({ dropoutSeed: 1 });
  expect(first).not.toEqual(without);
  expect(logits({ dropoutSeed: 1 })).toEqual(first);
  expect(logits({ dropoutSeed: 2 })).not.toEqual(first);
  model.adapter = null;
  adapter.dispose();
  dropping.dispose();
});

test("merged, the model computes without the adapter what it computed with it", async () => {
  const own = await loadGoldenModel(golden);
  const adapter = importAdapter(own, await readGoldenAdapter(golden));
  const run = () => tf.tidy(() => own.logits(own.hidden(ids())).dataSync());
  const plain = run();
  own.adapter = adapter;
  const adapted = run();
  mergeAdapter(own, adapter);
  expect(own.adapter).toBeNull();
  expect(run()).toBeAllClose(adapted, { atol: 1e-4 });
  expect(run()).not.toBeAllClose(plain, { atol: 1e-1 });
  adapter.dispose();
  own.dispose();
});

test("refuses what does not fit the model, by name", async () => {
  const weights = await readGoldenAdapter(golden);
  const [first, ...others] = weights.tensors;
  expect(() => createAdapter(model, { ...config, targetModules: ["q_proj"] }, 1)).toThrow(
    '"q_proj" names no map of tiny-gpt2',
  );
  expect(() => importAdapter(model, { ...weights, tensors: others })).toThrow(
    `the adapter lacks ${first!.name}`,
  );
  const wider = { ...first!, shape: [4, 64] };
  expect(() => importAdapter(model, { ...weights, tensors: [wider, ...others] })).toThrow(
    "has shape [4, 64], this model needs [4, 32]",
  );
  const foreign = { ...first!, name: "h.9.attn.c_attn.lora_A.weight" };
  expect(() =>
    importAdapter(model, { ...weights, tensors: [...weights.tensors, foreign] }),
  ).toThrow("the adapter holds h.9.attn.c_attn.lora_A.weight");
});

test("leaks no tensors", () => {
  const before = tf.memory().numTensors;
  const adapter = createAdapter(model, config, 1);
  model.adapter = adapter;
  logits();
  model.adapter = null;
  adapter.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
