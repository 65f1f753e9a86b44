/** What sampled responses look like to policy and reference before any update. */
import * as tf from "@tensorflow/tfjs-core";
import { chunks } from "../../core/chunks";
import type { Rollout } from "../../core/ppo/layout";
import { IGNORED, type LabelledBatch, padBatch } from "../../core/sft/labels";
import type { Gpt2 } from "../gpt2/model";
import { tokenScores } from "../kernels/token-scores/token-scores";
import { targetStates } from "./backward";
import { tiedHead } from "./log-probs";
import { readTogether } from "./read-together";
import type { ReferenceModel } from "./reference";

/** The responses' tokens as targets: what fine-tuning learns from is what the other methods weigh. */
export function responseBatch(rollouts: readonly Rollout[], padding: number): LabelledBatch {
  const sequences = rollouts.map(({ query, response }) => ({
    ids: [...query, ...response],
    labels: [...query.map(() => IGNORED), ...response],
  }));
  return padBatch(sequences, padding);
}

/** One model's view of the response tokens, on the device. */
export interface ScoredStates {
  readonly states: tf.Tensor2D; // [n, width]
  readonly logProbs: tf.Tensor1D; // [n], nats
  readonly normaliser: tf.Tensor1D; // [n], log Σ exp of the logits
}

/** One number a response token, row after row (packed), in nats. */
export interface ResponseScores {
  readonly logProbs: Float32Array;
  /** Null without a reference. */
  readonly referenceLogProbs: Float32Array | null;
  /** What `also` gave. */
  readonly more: readonly Float32Array[];
}

export interface ResponseScoring {
  /** Rollouts that go through the models together: memory, and not the numbers, depends on it. All where absent. */
  readonly atOnce?: number | undefined;
  /** Further tensors to compute from the two passes, each with one number a response token. */
  readonly also?: (own: ScoredStates, reference: ScoredStates | null) => readonly tf.Tensor[];
}

/**
 * Forward passes without gradients through the policy and the reference, read back together. Dropout is off, as in TRL's
 * steps, so that the first ratios are 1.
 */
export async function scoreResponses(
  model: Gpt2,
  reference: ReferenceModel | null,
  rollouts: readonly Rollout[],
  { atOnce = rollouts.length, also = () => [] }: ResponseScoring = {},
): Promise<ResponseScores> {
  const parts: ResponseScores[] = [];
  for (const some of chunks(rollouts, Math.max(1, atOnce))) {
    parts.push(await scoreTogether(model, reference, some, also));
  }
  const joined = (pick: (part: ResponseScores) => Float32Array) => concatenated(parts.map(pick));
  return {
    logProbs: joined(({ logProbs }) => logProbs),
    referenceLogProbs: reference && joined(({ referenceLogProbs }) => referenceLogProbs!),
    more: parts[0]?.more.map((_, i) => joined(({ more }) => more[i]!)) ?? [],
  };
}

async function scoreTogether(
  model: Gpt2,
  reference: ReferenceModel | null,
  rollouts: readonly Rollout[],
  also: NonNullable<ResponseScoring["also"]>,
): Promise<ResponseScores> {
  const batch = responseBatch(rollouts, model.config.endOfText);
  const tensors = tf.tidy((): tf.Tensor[] => {
    const targets = tf.tensor1d(batch.targets, "int32");
    const states = targetStates(model, batch);
    const referenceStates =
      reference?.run((options) => targetStates(model, batch, options)) ?? null;
    const scored = (each: tf.Tensor2D): ScoredStates => {
      const inputs = { states: each, targets, ...tiedHead(model) };
      const [logProbs, normaliser] = tokenScores(inputs, { gradient: false }) as tf.Tensor1D[];
      return { states: each, logProbs: logProbs!, normaliser: normaliser! };
    };
    const own = scored(states);
    const other = referenceStates && scored(referenceStates);
    return [own.logProbs, ...(other ? [other.logProbs] : []), ...also(own, other)];
  });
  try {
    const [logProbs, ...rest] = await readTogether(tensors);
    const referenceLogProbs = reference === null ? null : rest.shift()!;
    return { logProbs: logProbs!, referenceLogProbs, more: rest };
  } finally {
    tf.dispose(tensors);
  }
}

function concatenated(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
