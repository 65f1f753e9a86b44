/** Settings of the reward `blend`; the plain rewards have none but `tupleRounds`. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const nonNegative = v.pipe(v.number(), v.minValue(0));

const about = v.description;

/** Rewards that pay for agreement alone. */
export const CREDIT_NAMES = [
  "mean-similarity",
  "leave-one-out",
  "group-sage",
  "tuple-sage",
] as const;
export type CreditName = (typeof CREDIT_NAMES)[number];

export const REWARD_NAMES = [...CREDIT_NAMES, "blend"] as const;
export type RewardName = (typeof REWARD_NAMES)[number];

/** The defaults are the recommended blend: docs/training.md has the figures they come from. */
export const RewardConfig = v.strictObject({
  credit: v.optional(
    v.pipe(v.picklist(CREDIT_NAMES), about("How the blend pays for agreement")),
    "mean-similarity",
  ),
  tupleRounds: v.optional(
    v.pipe(count, about("Times that answers are matched to tuples, for tuple-sage")),
    4,
  ),
  rougeWeight: v.optional(
    v.pipe(
      fraction,
      about("Share of word overlap (ROUGE-L) in similarity, in a blend; 0 is meaning alone"),
    ),
    0,
  ),
  anchorWeight: v.optional(
    v.pipe(
      fraction,
      about(
        "Share of likeness to the question's aligned answers, where some passed the selection, in a blend",
      ),
    ),
    0.3,
  ),
  samenessPenalty: v.optional(
    v.pipe(
      nonNegative,
      about(
        "What likeness to answers to other questions costs, in a blend; so that one answer for everything can't win",
      ),
    ),
    0.75,
  ),
  lengthPenalty: v.optional(
    v.pipe(nonNegative, about("What an answer far out of the bounds of length costs, in a blend")),
    0.5,
  ),
  shortestWords: v.optional(
    v.pipe(count, about("Fewer words than this are penalised, in a blend")),
    5,
  ),
  longestWords: v.optional(
    v.nullable(v.pipe(count, about("More words than this are penalised, in a blend"))),
    null,
  ),
  repetitionPenalty: v.optional(
    v.pipe(nonNegative, about("What an answer that repeats itself costs, in a blend")),
    0.5,
  ),
  distinctN: v.optional(
    v.pipe(count, about("Words in a row that count as a repeat, for the repetition penalty")),
    2,
  ),
  distinctFloor: v.optional(
    v.pipe(
      v.number(),
      v.gtValue(0),
      v.maxValue(1),
      about("Below this share of different n-grams an answer repeats itself (distinct-n)"),
    ),
    0.7,
  ),
  refusalPenalty: v.optional(
    v.pipe(nonNegative, about("What an answer that declines to answer costs, in a blend")),
    0.5,
  ),
});
export type RewardConfig = v.InferOutput<typeof RewardConfig>;
