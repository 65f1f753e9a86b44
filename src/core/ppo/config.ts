/** Settings of PPO: those of classic TRL's PPOConfig in camelCase, with the defaults of its last release, 0.11.4. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const nonNegative = v.pipe(v.number(), v.minValue(0));
const positive = v.pipe(v.number(), v.gtValue(0));

const about = v.description;

export const KL_PENALTIES = ["kl", "abs", "mse", "full"] as const;

/** The batch is what a step is given, so TRL's batch_size is not a setting here. */
export const PpoConfig = v.strictObject({
  learningRate: v.optional(v.pipe(positive, about("Step size of Adam, constant")), 1.41e-5),
  miniBatchSize: v.optional(v.pipe(count, about("Answers a forward and backward pass takes")), 128),
  gradientAccumulationSteps: v.optional(
    v.pipe(count, about("Mini-batches whose gradients are averaged for one update")),
    1,
  ),
  ppoEpochs: v.optional(v.pipe(count, about("Times through a batch")), 4),
  gamma: v.optional(v.pipe(fraction, about("Discount of the next token's value")), 1),
  lambda: v.optional(
    v.pipe(
      fraction,
      about("Weight of later errors in an advantage (GAE); 0 looks one token ahead"),
    ),
    0.95,
  ),
  clipRange: v.optional(
    v.pipe(positive, about("A token's probability ratio earns nothing beyond 1 ± this")),
    0.2,
  ),
  clipRangeValue: v.optional(
    v.pipe(positive, about("A value estimate earns nothing for moving further than this")),
    0.2,
  ),
  valueCoefficient: v.optional(v.pipe(nonNegative, about("Weight of the value loss")), 0.1),
  initialKlCoefficient: v.optional(
    v.pipe(nonNegative, about("What a nat of distance from the reference model costs at first")),
    0.2,
  ),
  adaptiveKl: v.optional(
    v.pipe(v.boolean(), about("Let the KL coefficient follow the distance")),
    true,
  ),
  klTarget: v.optional(
    v.pipe(positive, about("Distance the coefficient steers to, in nats an answer")),
    6,
  ),
  klHorizon: v.optional(
    v.pipe(positive, about("Answers over which it steers: more is slower")),
    10_000,
  ),
  klPenalty: v.optional(
    v.pipe(
      v.picklist(KL_PENALTIES),
      about("Per token: log-ratio, its size, half its square, or the divergence over all tokens"),
    ),
    "kl",
  ),
  whitenRewards: v.optional(
    v.pipe(v.boolean(), about("Scale the batch's token rewards to variance 1")),
    false,
  ),
  ratioThreshold: v.optional(
    v.pipe(positive, about("A mini-batch whose mean ratio lies above this is not learned from")),
    10,
  ),
  ratioThresholdMode: v.optional(
    v.pipe(
      v.picklist(["trl", "skip"]),
      about('Then "trl" still updates, with a gradient of 0 and Adam\'s momentum; "skip" does not'),
    ),
    "trl",
  ),
  maxGradNorm: v.optional(
    v.nullable(v.pipe(positive, about("Gradients with a larger norm are scaled down to it"))),
    null,
  ),
  clipGradient: v.optional(
    v.pipe(
      v.picklist(["every-update", "first-update"]),
      about("Which updates that holds for; classic TRL clips the first of a run only, by mistake"),
    ),
    "every-update",
  ),
  useScoreScaling: v.optional(
    v.pipe(v.boolean(), about("Divide scores by their running standard deviation")),
    false,
  ),
  useScoreNorm: v.optional(
    v.pipe(v.boolean(), about("Take the running mean off first, where scores are scaled")),
    false,
  ),
  scoreClip: v.optional(
    v.nullable(v.pipe(positive, about("Scores are cut off at ± this, after scaling"))),
    null,
  ),
  earlyStopping: v.optional(
    v.pipe(v.boolean(), about("Leave a batch once the policy has moved too far from its start")),
    false,
  ),
  targetKl: v.optional(
    v.pipe(positive, about("Too far is 1.5 times this, in nats a token; for early stopping")),
    1,
  ),
});

export type PpoConfig = v.InferOutput<typeof PpoConfig>;
export type KlPenalty = PpoConfig["klPenalty"];
