import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import { generate } from "../../src/engine/generate/generate";
import { loadGpt2 } from "../../src/engine/gpt2/load";
import { createAdapter } from "../../src/engine/adapter/attach";

const files = { name: "m", read: async (file: string) => new Uint8Array(readFileSync(`public/demo/model/${file}`)) };
test("bench", async () => {
  await startBackend("wasm", { wasmPath: `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/` });
  const model = await loadGpt2(files);
  const a = createAdapter(model, { rank: 8, loraAlpha: 16, loraDropout: 0, targetModules: ["c_attn"], useRslora: false }, 1);
  model.adapter = a;
  const V = model.config.vocabulary;
  const ids = Array.from({ length: 640 }, (_, i) => (i * 37) % V);
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d(ids, "int32"), V), "float32");
  for (let i = 0; i < 4; i++) {
    const t0 = performance.now();
    const fwd = tf.tidy(() => model.hidden(tf.tensor2d(ids, [10, 64], "int32")));
    await fwd.data(); fwd.dispose();
    const t1 = performance.now();
    const { value, grads } = tf.variableGrads(() => {
      const h = model.hidden(tf.tensor2d(ids, [10, 64], "int32"));
      const logits = tf.reshape(model.logits(h), [640, V]);
      return tf.div(tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot))), 640) as tf.Scalar;
    }, a.variables().map((x) => x.variable));
    await value.data();
    console.log("hidden fwd", (t1 - t0).toFixed(0), "fwd+bwd", (performance.now() - t1).toFixed(0), "ms, loss", (await value.data())[0]);
    tf.dispose(grads); value.dispose();
  }
  const prompts = Array.from({ length: 60 }, (_, i) => ({ ids: ids.slice(i, i + 12 + (i % 7)), seed: i }));
  for (const [endOfText, maxBatch] of [[null, 32], [null, 60], [undefined, 32], [undefined,60]] as const) {
    const t0 = performance.now();
    const out = await generate(model, prompts, { temperature: 0.8, topK: 0, topP: 1, maxNewTokens: 48, ...(endOfText === null ? { endOfText } : {}), maxBatch });
    console.log("generate 60x48", endOfText, maxBatch, (performance.now() - t0).toFixed(0), "ms, tokens", out.reduce((n, r) => n + r.ids.length, 0));
  }
}, 200000);
