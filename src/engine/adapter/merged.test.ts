import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { readPeft } from "../../core/adapter/peft";
import { startBackend } from "../backend";
import { loadGpt2 } from "../gpt2/load";
import type { Gpt2 } from "../gpt2/model";
import { importAdapter } from "./attach";
import { foldIn, safetensorsOf } from "./merged";

const golden = "tests/fixtures/golden";
const bytes = (file: string) => new Uint8Array(readFileSync(`${golden}/${file}`));
const load = (weights = bytes("tiny-gpt2.safetensors")) =>
  loadGpt2({
    name: "tiny",
    read: async (file) => (file === "config.json" ? bytes("tiny-gpt2.config.json") : weights),
  });
const adapter = readPeft(
  readFileSync(`${golden}/tiny-adapter/adapter_config.json`, "utf8"),
  bytes("tiny-adapter/adapter_model.safetensors"),
);
const logits = (model: Gpt2) =>
  tf.tidy(() =>
    model.logits(model.hidden(tf.tensor2d([[5, 6, 7, 8]], undefined, "int32"))).dataSync(),
  );

beforeAll(() => startBackend("cpu"));

test("the merged file, loaded again, computes what the model computed with its adapter", async () => {
  const before = tf.memory().numTensors;
  const base = await load();
  const alone = logits(base);
  base.adapter = importAdapter(base, adapter);
  const adapted = logits(base);
  base.adapter.dispose();
  base.adapter = null;

  foldIn(base, adapter);
  const parts: Uint8Array[] = [];
  for await (const part of safetensorsOf(base)) parts.push(part);
  base.dispose();
  const merged = await load(new Uint8Array(Buffer.concat(parts)));
  expect(logits(merged)).toBeAllClose(adapted, { atol: 1e-5 });
  expect(logits(merged)).not.toBeAllClose(alone, { atol: 1e-2 });
  merged.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("without an adapter the weights come out as they went in", async () => {
  const model = await load();
  foldIn(model, null);
  const parts: Uint8Array[] = [];
  for await (const part of safetensorsOf(model)) parts.push(part);
  const again = await load(new Uint8Array(Buffer.concat(parts)));
  for (const [name, variable] of again.namedParameters()) {
    expect(variable.dataSync()).toEqual(model.namedParameters().get(name)!.dataSync());
  }
  model.dispose();
  again.dispose();
});
