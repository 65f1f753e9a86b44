/** Settings of RLOO and GRPO: those of TRL's RLOOConfig and GRPOConfig (1.9.0) in camelCase, with their defaults. */
import * as v from "valibot";
import { REWARD_SCALES } from "./advantage";
import { RATIO_LEVELS } from "./loss";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const nonNegative = v.pipe(v.number(), v.minValue(0));
const positive = v.pipe(v.number(), v.gtValue(0));

const about = v.description;

/** What an answer is compared with: the answers to all wordings of its question, or to its own wording alone. */
export const GROUPINGS = ["question", "wording"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Ways to one number that need no stop of the gradient; `groupLoss` of the core knows cispo as well. */
export const TRAINED_LOSSES = ["grpo", "bnpo", "dapo", "dr_grpo"] as const;

/** What both have; TRL's batch is what a step is given, so it is not a setting. */
const shared = {
  learningRate: v.optional(v.pipe(positive, about("Step size of AdamW, constant")), 1e-6),
  group: v.optional(
    v.pipe(
      v.picklist(GROUPINGS),
      about(
        'Answers that are compared: those to all wordings of a question, or the samples of each wording ("wording" needs rollouts.samples of 2 or more)',
      ),
    ),
    "question",
  ),
  numIterations: v.optional(v.pipe(count, about("Updates a batch of answers is used for")), 1),
  epsilon: v.optional(
    v.pipe(positive, about("A probability ratio earns nothing beyond 1 ± this")),
    0.2,
  ),
  microBatch: v.optional(
    v.pipe(
      count,
      about("Answers in one forward pass: fewer need less memory; the result is the same"),
    ),
    5,
  ),
  maxGradNorm: v.optional(
    v.nullable(v.pipe(positive, about("Gradients with a larger norm are scaled down to it"))),
    1,
  ),
} as const;

export const RlooConfig = v.strictObject({
  ...shared,
  beta: v.optional(
    v.pipe(nonNegative, about("What a nat of distance from the reference model costs an answer")),
    0.05,
  ),
  normalizeAdvantages: v.optional(
    v.pipe(v.boolean(), about("Bring the batch's advantages to mean 0 and deviation 1")),
    false,
  ),
});
export type RlooConfig = v.InferOutput<typeof RlooConfig>;

export const GrpoConfig = v.strictObject({
  ...shared,
  beta: v.optional(
    v.pipe(
      nonNegative,
      about("Weight of the distance from the reference model (k3); 0 needs no reference"),
    ),
    0,
  ),
  epsilonHigh: v.optional(
    v.nullable(
      v.pipe(
        positive,
        about("Upper bound of the ratio, where it is to differ (DAPO's clip-higher)"),
      ),
    ),
    null,
  ),
  delta: v.optional(
    v.nullable(
      v.pipe(
        v.number(),
        v.gtValue(1),
        about("Bound of ratios that clipping leaves free (two-sided)"),
      ),
    ),
    null,
  ),
  scaleRewards: v.optional(
    v.pipe(
      v.picklist(REWARD_SCALES),
      about(
        "What advantages are divided by: the group's deviation, the batch's (another where \"wording\" makes several groups), or nothing (Dr. GRPO)",
      ),
    ),
    "group",
  ),
  importanceSamplingLevel: v.optional(
    v.pipe(
      v.picklist(RATIO_LEVELS),
      about("One probability ratio a token, or one an answer (GSPO)"),
    ),
    "token",
  ),
  lossType: v.optional(
    v.pipe(
      v.picklist(TRAINED_LOSSES),
      about(
        "Mean over answers of their token means (grpo), over all tokens (bnpo and dapo, the same here), or over the longest answer allowed (dr_grpo)",
      ),
    ),
    "dapo",
  ),
});
export type GrpoConfig = v.InferOutput<typeof GrpoConfig>;
