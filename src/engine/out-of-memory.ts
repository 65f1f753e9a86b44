/** Tells that memory ran out, in whichever words a backend has for it, and says so in ours. */
import type { AdapterConfig } from "../core/adapter/config";
import type { Corpus } from "../core/corpus/corpus";
import type { Gpt2Config } from "../core/gpt2/config";
import { largest } from "../core/largest";
import { megabytes } from "../core/megabytes";
import {
  DECODED_AT_ONCE,
  estimateAnswering,
  estimateMemory,
  estimateScoring,
  type MemoryShape,
} from "../core/models/memory";
import type { StudyConfig } from "../core/study/config";
import { answersAtOnce, atOnceSetting } from "../core/study/trainer";
import { backendName, kernelsHere } from "./backend";

/**
 * V8's array buffers, WebAssembly's heap and WebGPU's errors, as tfjs passes them on. Kernels of wasm abort where no memory of their own is to be had, and
 * met with nothing else that makes them.
 */
const WORDS =
  /out of memory|out-of-memory|allocation failed|allocation size|memory access out of bounds|Aborted\(|enlarge memory/i;

export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && WORDS.test(`${error.name} ${error.message}`);
}

/** A study, as far as its memory goes. */
export interface StudySize {
  /** Shape of its model. */
  readonly model: Gpt2Config;
  readonly config: StudyConfig;
  readonly corpus: Corpus;
}

/** What work can need at once by kernels of a form, and how it needs less: sentences. */
export type Needs = (kernels: MemoryShape["kernels"]) => string;

/**
 * Waits for work on the current backend.
 * @throws OutOfMemoryError where memory ran out and no sentence of ours says so yet: what it can need, and what to change; else what it throws.
 */
export async function sayingWhatRanOut<T>(work: Promise<T>, needs: Needs): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof OutOfMemoryError || !isOutOfMemory(cause)) throw cause;
    const message = `${backendName()} ran out of memory: ${needs(kernelsHere())}`;
    throw new OutOfMemoryError(message, { cause });
  }
}

/** What the study needs at once, of what, and how it goes on. */
export function studyNeeds({ model, config, corpus }: StudySize): Needs {
  const { adapter, sft, sampling, rollouts } = config;
  const { positions } = model;
  const wordings = corpus.questions.map(({ paraphrases }) => paraphrases.length);
  const atOnce = rollouts.enabled ? answersAtOnce(config, largest(wordings)) : 0;
  const maxNewTokens = Math.min(sampling.maxNewTokens, positions - 1);
  const settings = [
    `sft.microBatch (now ${sft.microBatch})`,
    ...(rollouts.enabled ? [`${atOnceSetting(rollouts.method)} (now ${atOnceOf(config)})`] : []),
    `sampling.maxNewTokens (now ${sampling.maxNewTokens})`,
  ];
  return (kernels) => {
    const { total, weights, head, activations, cache } = estimateMemory({
      ...{ model, adapter, kernels },
      training: {
        microBatch: Math.max(Math.min(sft.microBatch, sft.batchSize), atOnce),
        length: positions,
      },
      decoding: { rows: DECODED_AT_ONCE, promptLength: positions - maxNewTokens, maxNewTokens },
    });
    return (
      `with texts as long as the model takes, this study can need ${megabytes(total)} at once, of which ` +
      `${megabytes(weights + head)} are the model, and beside it ${megabytes(activations)} a training step or ${megabytes(cache)} answers that are being written. ` +
      "The run can go on from its last checkpoint, after other programs and tabs are closed, or on another backend or device. " +
      `A new run needs less with a lower ${settings.join(", ")} or adapter.rank, or with a smaller model.`
    );
  };
}

/** What a model needs to answer. @param asked  prompts; no more than `DECODED_AT_ONCE` are answered at once. */
export function answersNeed(
  { config: model, adapter }: AskedModel,
  asked: number,
  maxNewTokens: number,
): Needs {
  const rows = Math.max(1, Math.min(DECODED_AT_ONCE, asked));
  const promptLength = Math.max(1, model.positions - maxNewTokens);
  const decoding = { rows, promptLength, maxNewTokens };
  return (kernels) => {
    const shape = { model, adapter, kernels, decoding };
    const { total, weights, head, cache, pass, token } = estimateAnswering(shape);
    return (
      `${plural(rows, "answer")} of ${maxNewTokens} tokens to prompts as long as the model takes can need ${megabytes(total)} at once, of which ` +
      `${megabytes(weights + head)} are the model, and beside it ${megabytes(cache)} keys and values, and ${megabytes(pass)} to read the prompts or ` +
      `${megabytes(token)} to write a token. Lower sampling.maxNewTokens (--max-new-tokens), ${rows > 1 ? "ask less at once, " : ""}shorten the prompts, ` +
      "or take a smaller model, another backend or device; closing other programs and tabs may help too."
    );
  };
}

/** What a model needs to score texts that are given, so many at once. */
export function scoringNeeds(model: Gpt2Config, texts: number): Needs {
  return (kernels) => {
    const training = { microBatch: texts, length: model.positions };
    const { total, weights } = estimateScoring({ model, kernels, training });
    return (
      `${plural(texts, "text")} as long as the model takes can need ${megabytes(total)} at once to be scored, of which ${megabytes(weights)} are the model's weights. ` +
      "Take shorter texts, a smaller model, another backend or device; closing other programs and tabs may help too."
    );
  };
}

/** A model that is asked, as far as its memory goes. */
export interface AskedModel {
  readonly config: Gpt2Config;
  /** Null without one. */
  readonly adapter: AdapterConfig | null;
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function atOnceOf(config: StudyConfig): number {
  const { method } = config.rollouts;
  return method === "ppo" ? config.ppo.miniBatchSize : config[method].microBatch;
}
