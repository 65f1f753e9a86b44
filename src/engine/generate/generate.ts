/** Batched sampling from a GPT-2, with a static key-value cache. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import { stream, type Random } from "../../core/random";
import { attention, joinHeads, paddedCausalMask, splitHeads } from "../gpt2/attention";
import { KvCache } from "../gpt2/kv-cache";
import type { Gpt2 } from "../gpt2/model";
import { sampleToken, tokenDistribution, type SamplerSettings } from "./sampler";

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
  /** Seen between tokens. */
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
  readonly prompt: readonly number[];
  readonly padding: number;
  readonly random: Random;
  readonly ids: number[];
  stopped: boolean;
}

const DEFAULT_BATCH = 32;
/** How long the event loop may wait: a cancel message is seen after this and one token. */
const BREATH_MS = 50;

/**
 * Continues each prompt. A row's tokens depend on its prompt, its seed and the settings; its neighbours in the batch
 * change them no more than float rounding can.
 *
 * @returns one result a prompt, in order.
 * @throws RangeError if a prompt is empty, or with its answer longer than the model's positions; the signal's reason if
 *         it is aborted.
 */
export async function generate(
  model: Gpt2,
  prompts: readonly TokenPrompt[],
  options: GenerateOptions,
): Promise<Generated[]> {
  prompts.forEach((prompt, i) => checkLength(model, prompt, i, options.maxNewTokens));
  const maxBatch = options.maxBatch ?? DEFAULT_BATCH;
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
  const longest = Math.max(...prompts.map(({ ids }) => ids.length));
  const rows = prompts.map(({ ids, seed }) => ({
    prompt: ids,
    padding: longest - ids.length,
    random: stream(seed, "sample"),
    ids: [] as number[],
    stopped: false,
  }));
  const capacity = longest + options.maxNewTokens - 1; // the last token is never read
  const cache = new KvCache({ layers: model.config.layers, capacity });
  const breathe = breather();
  let live = rows;
  try {
    let logits = await nextLogits(model, cache, live, { at: 0, queries: longest }, options);
    for (let made = 1; ; made++) {
      options.signal?.throwIfAborted();
      live.forEach((row, i) => extend(row, logits[i]!, options, model.config.endOfText));
      if (made === options.maxNewTokens) break;
      const going = live.filter((row) => !row.stopped);
      onFinished(rows.filter((row) => row.stopped).length);
      if (going.length === 0) break;
      live = compact(live, going, cache);
      await breathe();
      options.signal?.throwIfAborted();
      logits = await nextLogits(
        model,
        cache,
        live,
        { at: longest + made - 1, queries: 1 },
        options,
      );
    }
  } finally {
    cache.dispose();
  }
  onFinished(rows.length);
  return rows.map(({ ids, stopped }) => ({ ids, stopped }));
}

/** Computes the slots from `at` on and returns each row's logits for the token after them. */
async function nextLogits(
  model: Gpt2,
  cache: KvCache,
  rows: readonly Row[],
  { at, queries }: { at: number; queries: number },
  { adapterOff = false }: GenerateOptions,
): Promise<Float32Array[]> {
  const batch = rows.length;
  const padding = rows.map((row) => row.padding);
  const logits = tf.tidy(() => {
    const slots = Array.from({ length: queries }, (_, i) => at + i);
    const table = (cell: (row: Row, slot: number) => number) =>
      tf.tensor2d(
        rows.map((row) => slots.map((slot) => cell(row, slot))),
        [batch, queries],
        "int32",
      );
    const embedded = model.embed(table(tokenAt), table(positionAt));
    const keys = cache.capacity;
    const mask = paddedCausalMask(padding, { offset: at, queries, keys });
    const states = model.layers(
      embedded,
      (qkv, layer) => {
        const { q, k, v } = splitHeads(qkv, [batch, queries], model.config.heads);
        const all = cache.write(layer, k, v, at);
        return joinHeads(attention({ q, k: all.keys, v: all.values }, mask));
      },
      { adapterOff },
    );
    const last = tf.slice(
      tf.reshape(states, [batch, queries, -1]),
      [0, queries - 1, 0],
      [batch, 1, model.config.width],
    );
    return model.logits(model.normalise(tf.reshape(last, [batch, -1])));
  });
  const values = await logits.data<"float32">();
  logits.dispose();
  const { vocabulary } = model.config;
  return rows.map((_, i) => values.subarray(i * vocabulary, (i + 1) * vocabulary));
}

/** Rows are padded on the left, so that all rows' next token goes into the same slot. */
function tokenAt({ prompt, padding, ids }: Row, slot: number): number {
  const place = slot - padding;
  // Any token will do where the mask hides it, or where the row has ended.
  return (place < prompt.length ? prompt[place] : ids[place - prompt.length]) ?? 0;
}

function positionAt({ padding }: Row, slot: number): number {
  return Math.max(0, slot - padding);
}

function extend(row: Row, logits: Float32Array, options: GenerateOptions, modelEnd: number): void {
  if (row.stopped) return;
  const previous = [...row.prompt, ...row.ids];
  const token = sampleToken(tokenDistribution(logits, options, previous), row.random);
  const end = options.endOfText === undefined ? modelEnd : options.endOfText;
  if (token === end) row.stopped = true;
  else row.ids.push(token);
}

/** Drops finished rows once they are half of the batch: a few new shapes, where each single one would be many. */
function compact(live: readonly Row[], going: readonly Row[], cache: KvCache): Row[] {
  if (going.length > live.length / 2) return [...live];
  cache.keepRows(going.map((row) => live.indexOf(row)));
  return [...going];
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

/** Gives the event loop a turn when the last one is a while ago. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
