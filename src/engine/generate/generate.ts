/** Batched sampling from a GPT-2. */
import type { AbortSignalLike } from "../../core/abort";
import { DECODED_AT_ONCE } from "../../core/models/memory";
import type { Gpt2 } from "../gpt2/model";
import { NO_TOKEN } from "../kernels/decode/sample";
import { Decoder } from "./decoder";
import { Pace } from "./pace";
import { checkSettings, notFinite, type SamplerSettings } from "./sampler";

export interface TokenPrompt {
  readonly ids: readonly number[];
  /** Decides this row's draws, whatever else is in the batch. */
  readonly seed: number;
}

export interface GenerateOptions extends SamplerSettings {
  readonly maxNewTokens: number;
  /** Rows computed at once. Default 32. */
  readonly maxBatch?: number;
  /** Leave the adapter out. Default false. */
  readonly adapterOff?: boolean;
  /** The token that ends a row; null: rows end at maxNewTokens only. Default: the model's. */
  readonly endOfText?: number | null;
  /** Tokens between read-backs on webgpu. Default: 8, fewer on a slow device, so that a cancel is seen soon. */
  readonly tokensPerRead?: number;
  /** Seen after each read-back, at least every 8 tokens, and between the layers of the prompts. */
  readonly signal?: AbortSignalLike;
  /** Rows finished, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Generated {
  /** The new tokens, without the end-of-text token. */
  readonly ids: readonly number[];
  /** Whether the row ended by end of text, and not at maxNewTokens. */
  readonly stopped: boolean;
}

interface Row {
  readonly ids: number[];
  stopped: boolean;
}

/**
 * Continues each prompt. A row's tokens depend on its prompt, its seed and the settings; its neighbours in the batch
 * change them no more than float rounding can. The same prompt with several seeds is computed once.
 *
 * @returns one result a prompt, in order.
 * @throws RangeError if a setting is outside its range, a prompt is empty, or with its answer longer than the model's
 *         positions; Error for logits that are not finite; the signal's reason if it is aborted.
 */
export async function generate(
  model: Gpt2,
  prompts: readonly TokenPrompt[],
  options: GenerateOptions,
): Promise<Generated[]> {
  checkSettings(options);
  prompts.forEach((prompt, i) => checkLength(model, prompt, i, options.maxNewTokens));
  const maxBatch = options.maxBatch ?? DECODED_AT_ONCE;
  const results: Generated[] = [];
  for (let start = 0; start < prompts.length; start += maxBatch) {
    const onFinished = (done: number) => options.onProgress?.(start + done, prompts.length);
    const batch = prompts.slice(start, start + maxBatch);
    results.push(...(await generateBatch(model, batch, options, onFinished)));
  }
  return results;
}

async function generateBatch(
  model: Gpt2,
  prompts: readonly TokenPrompt[],
  options: GenerateOptions,
  onFinished: (done: number) => void,
): Promise<Generated[]> {
  const { maxNewTokens: steps, endOfText = model.config.endOfText, signal } = options;
  const rows = prompts.map((): Row => ({ ids: [], stopped: false }));
  const decoder = new Decoder(model, prompts, {
    settings: settingsOf(options),
    steps,
    adapterOff: options.adapterOff ?? false,
  });
  const pace = new Pace(options.tokensPerRead);
  const rest = async () => {
    signal?.throwIfAborted();
    await pace.breathe();
    signal?.throwIfAborted();
  };
  try {
    await decoder.start(rest);
    let drawn = 1;
    if (steps > 1) {
      await pace.time(() => decoder.step());
      drawn = 2;
    }
    let live = rows;
    for (let read = 0; live.length > 0 && read < steps;) {
      const until = Math.min(steps, Math.max(drawn, read + pace.tokens));
      for (; drawn < until; drawn++) decoder.step();
      const tokens = await decoder.read();
      pace.passed(until - read);
      rows.forEach((row, i) =>
        extend(row, tokens.subarray(i * steps + read, i * steps + until), endOfText),
      );
      read = until;
      const going = live.filter(({ stopped }) => !stopped);
      onFinished(rows.length - going.length);
      if (going.length > 0 && going.length < live.length) {
        decoder.keep(going.map((row) => rows.indexOf(row)));
      }
      live = going;
      await rest();
    }
  } finally {
    decoder.dispose();
  }
  onFinished(rows.length);
  return rows;
}

/** Takes tokens up to the row's end; those drawn after it, before the end was read back, are nobody's. */
function extend(row: Row, drawn: Int32Array, endOfText: number | null): void {
  for (const token of drawn) {
    if (row.stopped) return;
    if (token === NO_TOKEN) throw notFinite();
    if (token === endOfText) row.stopped = true;
    else row.ids.push(token);
  }
}

function settingsOf({ temperature, topK, topP, repetitionPenalty = 1 }: SamplerSettings) {
  return { temperature, topK, topP, repetitionPenalty };
}

function checkLength(model: Gpt2, { ids }: TokenPrompt, i: number, maxNewTokens: number): void {
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new RangeError(`maxNewTokens must be a whole number, 1 or more, got ${maxNewTokens}`);
  }
  if (ids.length === 0)
    throw new RangeError(`prompt ${i} is empty; a model continues at least one token`);
  const { positions } = model.config;
  if (ids.length + maxNewTokens > positions) {
    throw new RangeError(
      `prompt ${i} has ${ids.length} tokens, which with ${maxNewTokens} new ones is more than the ${positions} positions of ${model.name}; shorten the prompt or lower maxNewTokens`,
    );
  }
}
