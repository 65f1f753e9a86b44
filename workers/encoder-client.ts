/** The sentence encoder as the study's worker sees it: in a thread of its own, loaded once for as long as it is chosen. */
import { cached } from "../src/core/encode/cached";
import type { Encoder } from "../src/core/encode/encoder";
import type { InferenceModel } from "../src/core/measures/contradictions";
import type {
  EncoderChoice,
  EncoderContract,
  EncoderUrls,
  InferenceChoice,
} from "../src/protocol/encoder";
import { type Client, connect } from "../src/protocol/rpc";
import type { AssetUrls } from "../src/protocol/study";

interface Loaded {
  readonly choice: EncoderChoice;
  readonly encoder: Promise<Encoder>;
}

export class EncoderWorker {
  readonly #client: Client<EncoderContract>;
  readonly #urls: EncoderUrls;
  #loaded: Loaded | null = null;
  #signal: AbortSignal | null = null;

  constructor({ encoder, wasm, onnx }: AssetUrls) {
    const worker = new Worker(new URL("./encoder.ts", import.meta.url), { type: "module" });
    this.#client = connect<EncoderContract>(worker);
    this.#urls = { encoder, wasm, onnx };
  }

  /** The encoder with its cache, which lasts until another is chosen. @param signal of the run that uses it next. */
  async load({ encoder, encoderHost }: EncoderChoice, signal: AbortSignal): Promise<Encoder> {
    this.#signal = signal;
    const choice = { encoder, encoderHost };
    if (!isSame(this.#loaded?.choice, choice)) {
      this.#loaded = { choice, encoder: this.#open(choice, signal) };
    }
    const { encoder: loading } = this.#loaded!;
    try {
      return await loading;
    } catch (error) {
      if (this.#loaded?.encoder === loading) this.#loaded = null; // the next run tries again
      throw error;
    }
  }

  /** A model of natural-language inference, in the encoder's thread. @param signal  of what uses it. */
  async loadInference(choice: InferenceChoice, signal: AbortSignal): Promise<InferenceModel> {
    const id = await this.#client.call("loadInference", { choice, urls: this.#urls }, { signal });
    return {
      ...id,
      infer: (pairs, { onProgress } = {}) =>
        this.#client.call(
          "infer",
          { pairs },
          { signal, onProgress: ({ done, total }) => onProgress?.(done, total) },
        ),
    };
  }

  async #open(choice: EncoderChoice, signal: AbortSignal): Promise<Encoder> {
    const id = await this.#client.call("load", { choice, urls: this.#urls }, { signal });
    return cached(this.#remote(id));
  }

  #remote(id: { name: string; revision: string }): Encoder {
    return {
      ...id,
      embed: (texts, { onProgress } = {}) =>
        this.#client.call(
          "embed",
          { texts },
          {
            ...(this.#signal && { signal: this.#signal }),
            onProgress: ({ done, total }) => onProgress?.(done, total),
          },
        ),
    };
  }
}

const isSame = (a: EncoderChoice | undefined, b: EncoderChoice) =>
  a?.encoder === b.encoder && a.encoderHost === b.encoderHost;
