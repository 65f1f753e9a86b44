/**
 * Any sentence encoder in ONNX: text → the mean of its tokens' last hidden states over the attention mask,
 *
 *   e = Σₜ mₜ hₜ / Σₜ mₜ,  then e / |e|,
 *
 * as sentence-transformers computes it (Reimers & Gurevych 2019, arXiv:1908.10084). Which encoder is worth what: docs/encoders.md.
 */
import type { FeatureExtractionPipeline } from "@xenova/transformers";
import type { SentenceEncoder } from "./encoder";
import type { EncoderFiles } from "./files";
import { type OnnxFiles, readOnnxFiles } from "./onnx-files";
import { withBundle } from "./onnx-runtime";
import { yieldTo } from "./yield-to";
import { messageOf } from "../../core/message-of";

/** Names that exports give to the hidden states [texts, tokens, width]. */
const HIDDEN_STATES = ["last_hidden_state", "token_embeddings"];
/** What a tokenizer can give a model. */
const INPUTS = ["input_ids", "attention_mask", "token_type_ids"];

export interface OnnxSource {
  /** The model's id, or the folder's name. */
  readonly name: string;
  /** The revision it is pinned to, or null where there is none: then the ONNX file's checksum is the revision. */
  readonly revision: string | null;
  readonly files: EncoderFiles;
  /** For messages: the folder, or the model and its host. */
  readonly place: string;
  /** Absolute folder of ONNX's WebAssembly runtime, ending in "/"; null in Node. */
  readonly runtimeUrl: string | null;
}

/**
 * Loads the encoder. Texts are embedded one at a time on one thread, so that a text's vector depends neither on its
 * neighbours nor on the machine's number of cores. Texts longer than the model takes are cut (docs/encoders.md).
 *
 * @throws Error naming the missing file, or saying that the model is none that gives hidden states.
 */
export async function loadOnnxEncoder(source: OnnxSource): Promise<SentenceEncoder> {
  const { name, place, runtimeUrl } = source;
  const files = await readOnnxFiles(source.files, place);
  const revision = await revisionOf(source, files);
  const extract = await openPipeline(files, place, runtimeUrl);
  let disposed = false;

  return {
    name,
    revision,
    async embed(texts, { signal, onProgress } = {}) {
      if (disposed) throw new Error(`the sentence encoder ${name} was disposed: load it again`);
      const empty = texts.findIndex((text) => text.trim() === "");
      if (empty >= 0) throw new RangeError(`text ${empty} of ${texts.length} is empty`);

      const vectors: Float32Array<ArrayBuffer>[] = [];
      for (const text of texts) {
        await yieldTo(signal);
        const options = { pooling: "mean", normalize: true } as const;
        const { data } = (await extract(text, options)) as { data: Float32Array }; // [1, width]
        const vector = Float32Array.from(data);
        if (!vector.every(Number.isFinite)) {
          throw new Error(`${name} gives no direction for the text "${text.slice(0, 60)}"`);
        }
        vectors.push(vector);
        onProgress?.(vectors.length, texts.length);
      }
      return vectors;
    },
    dispose() {
      if (!disposed) void extract.dispose();
      disposed = true;
    },
  };
}

/** What it is pinned to, else the checksum of the ONNX file. */
export async function revisionOf(
  { revision }: Pick<OnnxSource, "revision">,
  { onnx, quantized }: OnnxFiles,
): Promise<string> {
  if (revision === null) return `sha256:${(await sha256(onnx)).slice(0, 16)}`;
  return quantized ? `${revision} quantized` : revision;
}

async function openPipeline(
  { bundle, quantized }: OnnxFiles,
  place: string,
  runtimeUrl: string | null,
): Promise<FeatureExtractionPipeline> {
  const extract = await withBundle(bundle, runtimeUrl, async ({ pipeline }, id) => {
    try {
      return await pipeline("feature-extraction", id, {
        device: runtimeUrl === null ? "cpu" : "wasm",
        dtype: quantized ? "q8" : "fp32",
        session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
      });
    } catch (cause) {
      const reason = messageOf(cause);
      throw new Error(`${place} can't be run as a sentence encoder: ${reason}`, { cause });
    }
  });
  try {
    refuseOtherModels(extract, place);
    return extract;
  } catch (error) {
    await extract.dispose();
    throw error;
  }
}

/** A cross-encoder or a language model gives scores, not hidden states, and their mean would pass for a vector. */
function refuseOtherModels({ model }: FeatureExtractionPipeline, place: string): void {
  const { inputNames, outputNames } = (
    model.sessions as Record<string, Record<"inputNames" | "outputNames", readonly string[]>>
  )["model"]!;
  if (!outputNames.some((output) => HIDDEN_STATES.includes(output))) {
    throw new Error(
      `${place} is no sentence encoder: it gives ${outputNames.join(", ")} and not ${HIDDEN_STATES.join(" or ")}. ` +
        "Export it for feature extraction, or choose another.",
    );
  }
  const unknown = inputNames.filter((input) => !INPUTS.includes(input));
  if (unknown.length === 0) return;
  throw new Error(
    `${place} is no sentence encoder: it asks for ${unknown.join(", ")}, which no tokenizer gives. Choose another.`,
  );
}

/** @returns 64 hexadecimal digits, those of `sha256sum`. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!("subtle" in crypto)) {
    throw new Error(
      "a page served without https can't compute the encoder's checksum, its revision: serve it by https or " +
        'from localhost, or pin a commit ("owner/name@COMMIT")',
    );
  }
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
