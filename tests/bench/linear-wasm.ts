/** A frozen linear map of GPT-2 124M, forward and backward on wasm, against tfjs's own matMul and its gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { startWasm } from "../../src/cli/assets";
import { stream } from "../../src/core/random";
import { linear } from "../../src/engine/kernels/linear";
import type { Bench } from "./bench";

const [BATCH, LENGTH, FAN_IN, FAN_OUT] = [4, 128, 768, 2304];
const ROUNDS = 5;

export const linearWasm: Bench = {
  name: "linear-wasm",
  async run() {
    await startWasm();
    const weight = tf.tensor2d(draws("weight", FAN_IN * FAN_OUT), [FAN_IN, FAN_OUT]);
    const bias = tf.zeros<tf.Rank.R1>([FAN_OUT]);
    const x = tf.tensor3d(draws("input", BATCH * LENGTH * FAN_IN), [BATCH, LENGTH, FAN_IN]);
    const ours = (input: tf.Tensor) =>
      tf.sum(linear(tf.reshape(input, [BATCH * LENGTH, FAN_IN]), weight, bias));
    const plain = (input: tf.Tensor) => {
      const wide = tf.reshape(weight, [1, FAN_IN, FAN_OUT]);
      return tf.sum(tf.add(tf.matMul(input, wide), bias));
    };
    const fast = await time(() => tf.grad(ours)(x));
    const slow = await time(() => tf.grad(plain)(x));
    return [
      `[${BATCH}, ${LENGTH}, ${FAN_IN}] · [${FAN_IN}, ${FAN_OUT}], forward and gradient, one thread`,
      `linear           ${fast.toFixed(0)} ms`,
      `tf.matMul        ${slow.toFixed(0)} ms`,
      `ratio            ${(slow / fast).toFixed(1)} ×`,
    ];
  },
};

function draws(purpose: string, count: number): Float32Array {
  const random = stream(1, purpose);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}

/** Median milliseconds of a round, after one to warm up. */
async function time(gradient: () => tf.Tensor): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    const result = gradient();
    await result.data();
    result.dispose();
    if (round > 0) rounds.push(performance.now() - start);
  }
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}
