/** Serves a sentence encoder from a thread of its own: USE-lite needs tfjs's wasm backend while a policy uses webgpu. */
import { BUILT_IN_ENCODER } from "../src/core/encode/encoder";
import { startBackend } from "../src/engine/backend";
import { loadUseLite, type SentenceEncoder } from "../src/engine/encoder/encoder";
import { type FetchOptions, fetchFiles } from "../src/engine/encoder/fetch-files";
import { ENCODER_BYTES, MissingFileError } from "../src/engine/encoder/files";
import { openHubModel } from "../src/engine/encoder/hub";
import { loadOnnxEncoder } from "../src/engine/encoder/onnx-encoder";
import { loadOnnxInference, type OnnxInferenceModel } from "../src/engine/inference/onnx-inference";
import type {
  EncoderChoice,
  EncoderContract,
  EncoderUrls,
  InferenceChoice,
} from "../src/protocol/encoder";
import { serve } from "../src/protocol/rpc";
import { seldom } from "./seldom";

/** The library's own name for its cache, and its own addresses in it: files that it has loaded are found. */
const HUB_CACHE = "transformers-cache";

// The DOM's types take `self` for a window.
const scope = self as unknown as Pick<Worker, "addEventListener" | "postMessage">;
let encoder: SentenceEncoder | null = null;
let inference: OnnxInferenceModel | null = null;

serve<EncoderContract>(scope, {
  async load({ choice, urls }, { signal, progress }) {
    const report = seldom(progress);
    const total = choice.encoder === BUILT_IN_ENCODER ? ENCODER_BYTES : null;
    const onProgress = (loaded: number) => report({ loaded, total }, loaded === total);
    const loaded = await open(choice, urls, { signal, onProgress });
    encoder?.dispose();
    encoder = loaded;
    return { name: loaded.name, revision: loaded.revision };
  },

  async embed({ texts }, { signal, progress, transfer }) {
    if (encoder === null) throw new Error("the sentence encoder isn't loaded: call load first");
    const report = seldom(progress);
    const onProgress = (done: number, total: number) => report({ done, total }, done === total);
    const vectors = await encoder.embed(texts, { signal, onProgress });
    transfer.push(...vectors.map(({ buffer }) => buffer));
    return vectors;
  },

  async loadInference({ choice, urls }, { signal, progress }) {
    const report = seldom(progress);
    const onProgress = (loaded: number) => report({ loaded, total: null }, false);
    const loaded = await openInference(choice, urls, { signal, onProgress });
    await inference?.dispose();
    inference = loaded;
    return { name: loaded.name, revision: loaded.revision };
  },

  async infer({ pairs }, { signal, progress }) {
    if (inference === null) {
      throw new Error("the model of inference isn't loaded: call loadInference first");
    }
    const report = seldom(progress);
    const onProgress = (done: number, total: number) => report({ done, total }, done === total);
    return inference.infer(pairs, { signal, onProgress });
  },
});

async function openInference(
  choice: InferenceChoice,
  urls: EncoderUrls,
  options: FetchOptions,
): Promise<OnnxInferenceModel> {
  if (choice.kind === "hub") {
    const model = await openHubModel(choice.model, choice.host, {
      ...options,
      cache: await cache(),
    });
    return loadOnnxInference({ ...model, runtimeUrl: urls.onnx });
  }
  const { name } = choice;
  const given = new Map(choice.files.map(({ name, file }) => [name, file]));
  const files = {
    async read(file: string) {
      const found = given.get(file);
      if (found === undefined) throw new MissingFileError(file);
      return new Uint8Array(await found.arrayBuffer());
    },
  };
  const place = `“${name}”`;
  return loadOnnxInference({ name, revision: null, files, place, runtimeUrl: urls.onnx });
}

/** Absent on http. */
const cache = async () => ("caches" in self ? caches.open(HUB_CACHE) : null);

async function open(
  { encoder, encoderHost }: EncoderChoice,
  urls: EncoderUrls,
  options: FetchOptions,
): Promise<SentenceEncoder> {
  if (encoder === BUILT_IN_ENCODER) {
    await startBackend("wasm", { wasmPath: urls.wasm });
    return loadUseLite(fetchFiles(urls.encoder, options));
  }
  const model = await openHubModel(encoder, encoderHost, { ...options, cache: await cache() });
  return loadOnnxEncoder({ ...model, runtimeUrl: urls.onnx });
}
