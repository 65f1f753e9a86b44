/** Sampling on a device whose memory may not hold all rows at once: as many at a time as it has room for. */
import { largest } from "../../core/largest";
import { megabytes } from "../../core/megabytes";
import { DECODED_AT_ONCE, decodingBuffers } from "../../core/models/memory";
import type { Hooks } from "../../core/study/hooks";
import { backendName, kernelsHere } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { OutOfMemoryError } from "../out-of-memory";
import { halvedUntilFits, type TryAllocation, tryAllocation } from "../trial-allocation";
import { type Generated, generate, type GenerateOptions, type TokenPrompt } from "./generate";

export type RoomOptions = Omit<GenerateOptions, "maxBatch"> & Pick<Hooks, "onNote">;

/**
 * Samples from a model. Before more rows than ever before, or longer ones, it takes as much memory as they are estimated to need and gives it back at once.
 */
export class RoomySampler {
  readonly #model: Gpt2;
  readonly #attempt: TryAllocation;
  /** Bytes that were to be had. */
  #had = 0;

  constructor(model: Gpt2, attempt: TryAllocation = tryAllocation) {
    this.#model = model;
    this.#attempt = attempt;
  }

  /** As `generate`. @throws OutOfMemoryError if there is no room for one row, with what to change. */
  async generate(
    prompts: readonly TokenPrompt[],
    { onNote, ...options }: RoomOptions,
  ): Promise<Generated[]> {
    const maxBatch = await this.#rows(prompts, options, onNote);
    return generate(this.#model, prompts, { ...options, maxBatch });
  }

  async #rows(
    prompts: readonly TokenPrompt[],
    { maxNewTokens, adapterOff = false }: GenerateOptions,
    onNote?: (sentence: string) => void,
  ): Promise<number> {
    const asked = Math.max(1, Math.min(DECODED_AT_ONCE, prompts.length));
    const promptLength = largest(prompts.map(({ ids }) => ids.length));
    const { config: model, keepsTransposedHead } = this.#model;
    const adapter = (!adapterOff && this.#model.adapter?.config) || null;
    const buffersOf = (rows: number) => {
      const decoding = { rows, promptLength, maxNewTokens };
      return decodingBuffers(
        { model, adapter, kernels: kernelsHere(), decoding },
        keepsTransposedHead,
      );
    };
    if (buffersOf(asked).total <= this.#had) return asked;
    const { count, refused, shortage } = await halvedUntilFits(asked, 1, buffersOf, this.#attempt);
    const backend = backendName();
    if (shortage !== null) {
      throw new OutOfMemoryError(
        `${backend} has no room for an answer of ${maxNewTokens} tokens to a prompt of ${promptLength}: ${megabytes(shortage.total)} beside the model ` +
          `(${shortage.reason}). Lower sampling.maxNewTokens (--max-new-tokens), or take a smaller model or another device; closing other programs may help too.`,
      );
    }
    this.#had = Math.max(this.#had, buffersOf(count).total);
    if (refused !== null) {
      onNote?.(
        `${backend} has no room for ${asked} answers at once, ${megabytes(refused.total)} beside the model (${refused.reason}): ` +
          `${count} ${count === 1 ? "is" : "are"} written at a time. Each has draws of its own and stays the same but for rounding.`,
      );
    }
    return count;
  }
}
