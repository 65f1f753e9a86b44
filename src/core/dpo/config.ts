/** Settings of DPO: those of TRL's DPOConfig (1.9.0) in camelCase with their defaults, and how pairs are made. */
import * as v from "valibot";
import { GROUPINGS } from "../group-rl/config";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const nonNegative = v.pipe(v.number(), v.minValue(0));
const positive = v.pipe(v.number(), v.gtValue(0));

const about = v.description;

export const DPO_LOSSES = ["sigmoid", "hinge", "ipo"] as const;

export const DpoConfig = v.strictObject({
  learningRate: v.optional(v.pipe(positive, about("Step size of AdamW, constant")), 1e-6),
  beta: v.optional(
    v.pipe(
      positive,
      about("How dear it is to leave the reference model; for ipo, 1 ÷ twice the margin aimed at"),
    ),
    0.1,
  ),
  lossType: v.optional(
    v.pipe(
      v.picklist(DPO_LOSSES),
      about("sigmoid is DPO as published; hinge stops at a margin; ipo aims at one, a token"),
    ),
    "sigmoid",
  ),
  labelSmoothing: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.ltValue(0.5),
      about("Share of pairs held to be the wrong way round; for sigmoid"),
    ),
    0,
  ),
  pairs: v.optional(
    v.pipe(
      v.picklist(GROUPINGS),
      about(
        "Where pairs come from: the question's best answer against each other wording's worst, or the best against the worst of each wording (\"wording\" needs rollouts.samples of 2 or more)",
      ),
    ),
    "question",
  ),
  minimumMargin: v.optional(
    v.pipe(nonNegative, about("Answers whose rewards differ by no more than this are no pair")),
    0.02,
  ),
  feedbackPairs: v.optional(
    v.pipe(
      v.boolean(),
      about(
        "Learn from the feedback list too: where the target scored higher than the aligned model, its answers are preferred",
      ),
    ),
    true,
  ),
  numIterations: v.optional(v.pipe(count, about("Updates a batch of pairs is used for")), 1),
  microBatch: v.optional(
    v.pipe(
      count,
      about("Pairs in one forward pass: fewer need less memory; the result is the same"),
    ),
    4,
  ),
  maxGradNorm: v.optional(
    v.nullable(v.pipe(positive, about("Gradients with a larger norm are scaled down to it"))),
    1,
  ),
});
export type DpoConfig = v.InferOutput<typeof DpoConfig>;
