/** Tells that memory ran out, in whichever words a backend has for it, and says so in ours. */
import * as tf from "@tensorflow/tfjs-core";
import type { Corpus } from "../core/corpus/corpus";
import type { Gpt2Config } from "../core/gpt2/config";
import { largest } from "../core/largest";
import { megabytes } from "../core/megabytes";
import { DECODED_AT_ONCE, estimateMemory } from "../core/models/memory";
import type { StudyConfig } from "../core/study/config";
import { answersAtOnce, atOnceSetting } from "../core/study/trainer";
import { BACKEND_NAMES, type BackendKind } from "./backend";

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

/**
 * Waits for a study on the current backend.
 * @throws OutOfMemoryError where memory ran out and no sentence of ours says so yet: what it can need, and what to change; else what it throws.
 */
export async function sayingWhatRanOut<T>(work: Promise<T>, size: StudySize): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof OutOfMemoryError || !isOutOfMemory(error)) throw error;
    throw outOfMemory(tf.getBackend() as BackendKind, size, error);
  }
}

/** The error to show: what the study needs at once, of what, and how it goes on. */
export function outOfMemory(
  backend: BackendKind,
  { model, config, corpus }: StudySize,
  cause: unknown,
): OutOfMemoryError {
  const { adapter, sft, sampling, rollouts } = config;
  const { positions } = model;
  const { questions } = corpus;
  const wordings = questions.map(({ paraphrases }) => paraphrases.length);
  const atOnce = rollouts.enabled ? answersAtOnce(config, largest(wordings)) : 0;
  const maxNewTokens = Math.min(sampling.maxNewTokens, positions - 1);
  const { total, weights, head, activations, cache } = estimateMemory({
    ...{ model, adapter, kernels: backend === "webgpu" ? "fused" : "plain" },
    training: {
      microBatch: Math.max(Math.min(sft.microBatch, sft.batchSize), atOnce),
      length: positions,
    },
    decoding: { rows: DECODED_AT_ONCE, promptLength: positions - maxNewTokens, maxNewTokens },
  });
  const settings = [
    `sft.microBatch (now ${sft.microBatch})`,
    ...(rollouts.enabled ? [`${atOnceSetting(rollouts.method)} (now ${atOnceOf(config)})`] : []),
    `sampling.maxNewTokens (now ${sampling.maxNewTokens})`,
  ];
  return new OutOfMemoryError(
    `${BACKEND_NAMES[backend]} ran out of memory: with texts as long as the model takes, this study can need ${megabytes(total)} at once, of which ` +
      `${megabytes(weights + head)} are the model, and beside it ${megabytes(activations)} a training step or ${megabytes(cache)} answers that are being written. ` +
      "The run can go on from its last checkpoint, after other programs and tabs are closed, or on another backend or device. " +
      `A new run needs less with a lower ${settings.join(", ")} or adapter.rank, or with a smaller model.`,
    { cause },
  );
}

function atOnceOf(config: StudyConfig): number {
  const { method } = config.rollouts;
  return method === "ppo" ? config.ppo.miniBatchSize : config[method].microBatch;
}
