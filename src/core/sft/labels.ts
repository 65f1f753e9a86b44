/** Which tokens a language model is trained to predict. */
import type { SftConfig } from "./config";

/** A label that does not count, as PyTorch's cross-entropy and transformers mark it. */
export const IGNORED = -100;

/** Token ids with a label each; label t is the token that position t − 1 must predict, or `IGNORED`. */
export interface LabelledSequence {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
}

export interface LabelOptions extends Pick<SftConfig, "promptMasked" | "learnEndOfText"> {
  readonly endOfText: number;
  /** Positions of the model; what goes beyond is cut off at the end. */
  readonly maxLength: number;
}

/**
 * Labels of a prompt and its answer.
 *
 * With `learnEndOfText` the end-of-text token is appended and learned. Without it no token equal to it counts,
 * wherever it stands: transformers' DataCollatorForLanguageModeling pads with it and ignores every label that
 * equals the padding, so a model so trained never learns to stop. Appending it would change nothing then.
 * An answer that is cut off has no end to learn.
 *
 * @throws RangeError if no label would count.
 */
export function labelSequence(
  prompt: readonly number[],
  answer: readonly number[],
  { endOfText, maxLength, promptMasked, learnEndOfText }: LabelOptions,
): LabelledSequence {
  const text = [...prompt, ...answer];
  const ids = (learnEndOfText ? [...text, endOfText] : text).slice(0, maxLength);
  const labels = ids.map((id, t) => {
    if (t < prompt.length && promptMasked) return IGNORED;
    if (id === endOfText && !learnEndOfText) return IGNORED;
    return id;
  });
  const sequence = { ids, labels };
  if (countTargets(sequence) === 0) {
    throw new RangeError(
      `nothing to learn from an answer of ${answer.length} tokens after a prompt of ${prompt.length}: ` +
        `the model reads ${maxLength} tokens; shorten the prompt or leave the example out`,
    );
  }
  return sequence;
}

/** How many labels count. The first never does: nothing stands before it to predict it from. */
export function countTargets({ labels }: LabelledSequence): number {
  return labels.reduce((n, label, t) => n + (t > 0 && label !== IGNORED ? 1 : 0), 0);
}

/** Sequences of one forward pass, padded on the right to the longest. */
export interface LabelledBatch {
  readonly rows: number;
  readonly columns: number;
  /** [rows × columns] token ids. */
  readonly ids: Int32Array;
  /** [targets] positions row·columns + t whose hidden state predicts a token that counts. */
  readonly positions: Int32Array;
  /** [targets] the tokens to predict there. */
  readonly targets: Int32Array;
}

/**
 * Pads on the right, where causal attention lets no real token see it, and lists what is to be predicted.
 * Padding is ignored by its place, so an end of text equal to the padding token still counts.
 */
export function padBatch(sequences: readonly LabelledSequence[], padding: number): LabelledBatch {
  const columns = Math.max(...sequences.map(({ ids }) => ids.length));
  const ids = new Int32Array(sequences.length * columns).fill(padding);
  const positions: number[] = [];
  const targets: number[] = [];
  sequences.forEach((sequence, row) => {
    ids.set(sequence.ids, row * columns);
    sequence.labels.forEach((label, t) => {
      if (t === 0 || label === IGNORED) return;
      positions.push(row * columns + t - 1);
      targets.push(label);
    });
  });
  return {
    rows: sequences.length,
    columns,
    ids,
    positions: Int32Array.from(positions),
    targets: Int32Array.from(targets),
  };
}
