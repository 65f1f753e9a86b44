import { shuffle, stream } from "../random";
import type { SftConfig } from "./config";

type Plan = Pick<SftConfig, "steps" | "epochs" | "batchSize">;

/** Optimiser steps of a run: as set, or what the epochs come to with a shorter last batch in each. */
export function totalSteps(examples: number, { steps, epochs, batchSize }: Plan): number {
  return steps ?? Math.ceil(epochs * Math.ceil(examples / batchSize));
}

/**
 * The examples of each step, as indices. Every epoch has its own seeded order and takes each example once,
 * so the last batch of an epoch may be short, as with transformers' Trainer.
 *
 * @throws RangeError if there are no examples.
 */
export function* batches(examples: number, plan: Plan, seed: number): Generator<number[]> {
  if (examples === 0) {
    throw new RangeError("no examples to learn from; lower the selection threshold");
  }
  const everything = Array.from({ length: examples }, (_, i) => i);
  const total = totalSteps(examples, plan);
  for (let epoch = 0, step = 0; step < total; epoch++) {
    const order = shuffle(everything, stream(seed, "sft", epoch));
    for (let at = 0; at < examples && step < total; at += plan.batchSize, step++) {
      yield order.slice(at, at + plan.batchSize);
    }
  }
}
