/** Settings of supervised fine-tuning. Names follow transformers' TrainingArguments, in camelCase. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const nonNegative = v.pipe(v.number(), v.minValue(0));
const positive = v.pipe(v.number(), v.gtValue(0));

const about = v.description;

/**
 * The defaults are those the demo's model was probed with; `report` in study/presets.ts holds the published ones.
 * A schema without `steps` (null) trains `epochs` times through the examples.
 */
export const SftConfig = v.strictObject({
  steps: v.optional(
    v.nullable(v.pipe(count, about("Optimiser steps; empty counts them from the epochs"))),
    150,
  ),
  epochs: v.optional(
    v.pipe(positive, about("Times through the examples, where no steps are given")),
    3,
  ),
  batchSize: v.optional(v.pipe(count, about("Examples an optimiser step learns from")), 10),
  microBatch: v.optional(
    v.pipe(
      count,
      about("Examples in one forward pass: fewer need less memory; the result is the same"),
    ),
    5,
  ),
  learningRate: v.optional(
    v.pipe(positive, about("Step size, before the schedule takes it down")),
    1e-3,
  ),
  schedule: v.optional(
    v.pipe(
      v.picklist(["linear", "constant"]),
      about("How the learning rate goes on after the warm-up: to 0 in a line, or unchanged"),
    ),
    "linear",
  ),
  warmupSteps: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), about("Steps over which the rate rises from 0")),
    0,
  ),
  optimiser: v.optional(
    v.pipe(
      v.picklist(["adamw", "adam"]),
      about('Weight decay apart from the gradient ("adamw"), or added to it ("adam", L2)'),
    ),
    "adamw",
  ),
  weightDecay: v.optional(v.pipe(nonNegative, about("Pull of the adapter's weights to 0")), 0),
  maxGradNorm: v.optional(
    v.nullable(v.pipe(positive, about("Gradients with a larger norm are scaled down to it"))),
    1,
  ),
  promptMasked: v.optional(
    v.pipe(v.boolean(), about("Learn from the answer alone, not from the question")),
    true,
  ),
  learnEndOfText: v.optional(
    v.pipe(
      v.boolean(),
      about("Learn where an answer ends; off is what the usual collator does, and answers run on"),
    ),
    true,
  ),
});

export type SftConfig = v.InferOutput<typeof SftConfig>;
