/** From logits to a token: the processing order of Hugging Face's generate, and inverse-CDF sampling. */
import type { Random } from "../../core/random";

export interface SamplerSettings {
  /** Divides the logits; 0 always takes the likeliest token. */
  readonly temperature: number;
  /** Keep the k likeliest tokens, and any that tie with the k-th; 0 keeps all. */
  readonly topK: number;
  /** Keep the likeliest tokens until their mass reaches p; 1 keeps all. */
  readonly topP: number;
  /** Above 1: makes tokens that occurred less likely (Keskar et al. 2019, §4.1). Default 1. */
  readonly repetitionPenalty?: number;
}

/**
 * The distribution that a token is drawn from: repetition penalty → temperature → top-k → top-p → softmax, in float64.
 *
 * @param logits    one row, [vocabulary].
 * @param previous  prompt and answer so far, for the repetition penalty.
 * @returns         probabilities, [vocabulary]; one 1 at temperature 0.
 * @throws RangeError on settings outside their range; Error for logits that are not finite.
 */
export function tokenDistribution(
  logits: Float32Array,
  settings: SamplerSettings,
  previous: readonly number[] = [],
): Float64Array {
  checkSettings(settings);
  if (!areFinite(logits)) throw notFinite();
  return distributionOf(logits, settings, previous);
}

/** As `tokenDistribution`, of settings and logits that have been checked. */
export function distributionOf(
  logits: Float32Array,
  settings: SamplerSettings,
  previous: readonly number[],
): Float64Array {
  const scores = new Float64Array(logits);
  penalise(scores, settings.repetitionPenalty ?? 1, previous);
  if (settings.temperature === 0) return certain(scores);
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / settings.temperature;
  keepTopK(scores, settings.topK);
  return keepTopP(softmax(scores), settings.topP);
}

export function areFinite(logits: Float32Array): boolean {
  for (let i = 0; i < logits.length; i++) if (!Number.isFinite(logits[i])) return false; // `every` takes six times as long
  return true;
}

/** What a model's logits that are NaN or infinite are refused with. */
export function notFinite(): Error {
  return new Error(
    "the model's logits are not numbers; its weights are damaged or the backend failed",
  );
}

/** The token at u = random() of the cumulative distribution. */
export function sampleToken(probabilities: Float64Array, random: Random): number {
  const u = random();
  let cumulative = 0;
  let last = 0;
  for (let token = 0; token < probabilities.length; token++) {
    const probability = probabilities[token]!;
    if (probability === 0) continue;
    cumulative += probability;
    last = token;
    if (u < cumulative) return token;
  }
  return last; // rounding left the sum a little under u
}

/** @throws RangeError on settings outside their range. */
export function checkSettings({
  temperature,
  topK,
  topP,
  repetitionPenalty = 1,
}: SamplerSettings): void {
  if (!(temperature >= 0))
    throw new RangeError(`temperature must be 0 or more, got ${temperature}`);
  if (!Number.isInteger(topK) || topK < 0) {
    throw new RangeError(`topK must be a whole number, 0 or more, got ${topK}`);
  }
  if (!(topP > 0 && topP <= 1)) throw new RangeError(`topP must be in (0, 1], got ${topP}`);
  if (!(repetitionPenalty > 0)) {
    throw new RangeError(`repetitionPenalty must be above 0, got ${repetitionPenalty}`);
  }
}

function penalise(scores: Float64Array, penalty: number, previous: readonly number[]): void {
  if (penalty === 1) return;
  for (const token of new Set(previous)) {
    const score = scores[token]!;
    scores[token] = score < 0 ? score * penalty : score / penalty;
  }
}

function certain(scores: Float64Array): Float64Array {
  const probabilities = new Float64Array(scores.length);
  probabilities[argMax(scores)] = 1;
  return probabilities;
}

function argMax(scores: Float64Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

function keepTopK(scores: Float64Array, k: number): void {
  if (k === 0 || k >= scores.length) return;
  const threshold = select(scores.slice(), scores.length - k);
  for (let i = 0; i < scores.length; i++) if (scores[i]! < threshold) scores[i] = -Infinity;
}

/** What would lie at the place if the values were sorted, by Hoare's quickselect (1961). Reorders them. */
function select(values: Float64Array, place: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place]!;
}

/** Drops, from the least likely up, every token whose cumulative mass stays within 1 − p; the likeliest always stays. */
function keepTopP(probabilities: Float64Array, p: number): Float64Array {
  if (p === 1) return probabilities;
  const ascending = Array.from(probabilities.keys())
    .filter((token) => probabilities[token]! > 0)
    .sort((i, j) => probabilities[i]! - probabilities[j]! || j - i); // the first of equals stays longest
  let cumulative = 0;
  for (const token of ascending.slice(0, -1)) {
    cumulative += probabilities[token]!;
    if (cumulative > 1 - p) break;
    probabilities[token] = 0;
  }
  return normalised(probabilities);
}

/** In place, as `normalised`: a vocabulary is long, and each answer's every token comes through here. */
function softmax(scores: Float64Array): Float64Array {
  const highest = scores[argMax(scores)]!;
  for (let i = 0; i < scores.length; i++) scores[i] = Math.exp(scores[i]! - highest);
  return normalised(scores);
}

function normalised(masses: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < masses.length; i++) sum += masses[i]!;
  for (let i = 0; i < masses.length; i++) masses[i]! /= sum;
  return masses;
}
