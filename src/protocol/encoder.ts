import type { Inference, TextPair } from "../core/measures/contradictions";
import type { NamedFile } from "./models";

/** What the sentence encoder's worker can be asked; workers/encoder.ts answers. Progress comes at most 10 times a second. */
export type EncoderContract = {
  /** Loads an encoder in place of the one before, if any. Addresses are absolute folders ending in "/". */
  load: {
    params: { choice: EncoderChoice; urls: EncoderUrls };
    progress: { loaded: number; total: number | null }; // bytes; null where the host doesn't tell
    result: { name: string; revision: string };
  };
  /** Unit vectors in the order of the texts; their buffers are moved. */
  embed: {
    params: { texts: readonly string[] };
    progress: { done: number; total: number }; // texts
    result: Float32Array[];
  };
  /** Loads a model of natural-language inference in place of the one before, if any; the encoder stays. */
  loadInference: {
    params: { choice: InferenceChoice; urls: EncoderUrls };
    progress: { loaded: number; total: null }; // bytes
    result: { name: string; revision: string };
  };
  /** One result a pair, in their order. */
  infer: {
    params: { pairs: readonly TextPair[] };
    progress: { done: number; total: number }; // pairs
    result: readonly Inference[];
  };
};

/** A cross-encoder in ONNX: of a hub, or files of this computer by their path in the hub's layout. */
export type InferenceChoice =
  | { readonly kind: "hub"; readonly model: string; readonly host: string }
  | { readonly kind: "files"; readonly name: string; readonly files: readonly NamedFile[] };

export interface EncoderChoice {
  /** "use-lite", or "owner/name" or "owner/name@revision" of a hub. */
  readonly encoder: string;
  /** The hub's address, asked for anything but use-lite. */
  readonly encoderHost: string;
}

export interface EncoderUrls {
  /** USE-lite's files. */
  readonly encoder: string;
  /** WebAssembly of tfjs, and of ONNX. */
  readonly wasm: string;
  readonly onnx: string;
}
