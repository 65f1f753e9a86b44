/** A frozen linear map of GPT-2 124M, forward and backward on wasm, against tfjs's own matMul and its gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../src/core/random";
import { linear } from "../fixtures/linear-op";
import type { Bench } from "./bench";
import { inTurns, ratio, spread, written } from "./rounds";
import { start } from "./start";

const [BATCH, LENGTH, FAN_IN, FAN_OUT] = [4, 128, 768, 2304];
const ROUNDS = 5;

export const linearMap: Bench = {
  name: "linear",
  about: "one frozen map of GPT-2 124M, forward and gradient, against tf.matMul",
  quick: true,
  backends: ["wasm", "webgpu", "cpu"],
  async run(backend) {
    const device = await start(backend);
    const weight = tf.tensor2d(draws("weight", FAN_IN * FAN_OUT), [FAN_IN, FAN_OUT]);
    const bias = tf.zeros<tf.Rank.R1>([FAN_OUT]);
    const x = tf.tensor3d(draws("input", BATCH * LENGTH * FAN_IN), [BATCH, LENGTH, FAN_IN]);
    const flat = (input: tf.Tensor) => tf.reshape<tf.Rank.R2>(input, [BATCH * LENGTH, FAN_IN]);
    const ways = {
      ours: (input: tf.Tensor) => tf.sum(linear(flat(input), weight, bias)),
      flat: (input: tf.Tensor) => tf.sum(tf.add(tf.matMul(flat(input), weight), bias)),
      plain: (input: tf.Tensor) => tf.sum(tf.add(tf.matMul(input, weight), bias)),
    };
    const gradient = (of: (input: tf.Tensor) => tf.Tensor) => async () => {
      const result = tf.grad(of)(x);
      await result.data();
      result.dispose();
    };
    const times = await inTurns(ROUNDS, {
      ours: gradient(ways.ours),
      flat: gradient(ways.flat),
      plain: gradient(ways.plain),
    });
    tf.dispose([weight, bias, x]);
    const figures = {
      ms: spread(times.ours),
      flatMs: spread(times.flat),
      plainMs: spread(times.plain),
      ratioFlat: ratio(times.flat, times.ours),
      ratio: ratio(times.plain, times.ours),
    };
    const lines = [
      `[${BATCH}, ${LENGTH}, ${FAN_IN}] · [${FAN_IN}, ${FAN_OUT}], forward and gradient, ${device}`,
      `linear           ${written(figures.ms, 0)} ms`,
      `tf.matMul, 2-D   ${written(figures.flatMs, 0)} ms, ratio ${written(figures.ratioFlat)} ×`,
      `tf.matMul, 3-D   ${written(figures.plainMs, 0)} ms`,
      `ratio            ${written(figures.ratio)} ×`,
    ];
    return { figures, lines };
  },
};

function draws(purpose: string, count: number): Float32Array {
  const random = stream(1, purpose);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}
