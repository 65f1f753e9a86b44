/** The sentence encoder as the study's worker sees it: in a thread of its own, loaded once. */
import { cached } from "../src/core/encode/cached";
import type { Encoder } from "../src/core/encode/encoder";
import type { EncoderContract } from "../src/protocol/encoder";
import { type Client, connect } from "../src/protocol/rpc";
import type { AssetUrls } from "../src/protocol/study";

export class EncoderWorker {
  readonly #client: Client<EncoderContract>;
  readonly #assets: AssetUrls;
  #loaded: Promise<{ name: string; revision: string }> | null = null;
  #signal: AbortSignal | null = null;
  #encoder: Encoder | null = null;

  constructor(assets: AssetUrls) {
    const worker = new Worker(new URL("./encoder.ts", import.meta.url), { type: "module" });
    this.#client = connect<EncoderContract>(worker);
    this.#assets = assets;
  }

  /** The encoder with its cache, which lasts as long as the worker. @param signal of the run that uses it next. */
  async load(signal: AbortSignal): Promise<Encoder> {
    this.#signal = signal;
    const { encoder: encoderUrl, wasm: wasmUrl } = this.#assets;
    this.#loaded ??= this.#client.call("load", { encoderUrl, wasmUrl });
    try {
      this.#encoder ??= cached(this.#remote(await this.#loaded));
      return this.#encoder;
    } catch (error) {
      this.#loaded = null; // the next run tries again
      throw error;
    }
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
