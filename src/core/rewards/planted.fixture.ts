/** Groups of answers with one planted outlier, as vectors: what the tests of credit are judged by. */
import { type Random, stream } from "../random";
import { pairWeights } from "../sage/similarity";
import type { AnswerGraph } from "./graph";

const DIMENSIONS = 16;

export interface PlantedGroup extends AnswerGraph {
  readonly embeddings: readonly Float32Array[];
  /** Position of the answer that means something else. */
  readonly outlier: number;
}

/**
 * `samples` answers to each of five wordings, noise of length ≈ `noise` around one unit vector; the outlier's noise is
 * around another vector, at right angles on average.
 */
export function plantedGroup(seed: number, { samples = 1, noise = 0.6 } = {}): PlantedGroup {
  const random = stream(seed, "planted");
  const [meaning, other] = [direction(random), direction(random)];
  const n = 5 * samples;
  const outlier = Math.floor(random() * n);
  const embeddings = Array.from({ length: n }, (_, i) => {
    const centre = i === outlier ? other : meaning;
    const jitter = direction(random);
    return unit(centre.map((x, d) => x + noise * jitter[d]!));
  });
  const wordings = Array.from({ length: n }, (_, i) => i % 5);
  return { wordings, embeddings, outlier, weights: pairWeights(embeddings) };
}

/** Uniform on the sphere. */
function direction(random: Random): Float32Array {
  return unit(
    Float32Array.from({ length: DIMENSIONS }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - random()));
      return radius * Math.cos(2 * Math.PI * random()); // Box–Muller
    }),
  );
}

function unit(x: Float32Array): Float32Array {
  const norm = Math.hypot(...x);
  return x.map((value) => value / norm);
}
