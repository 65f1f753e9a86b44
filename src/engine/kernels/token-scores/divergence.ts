/** The Kullback–Leibler divergence of two policies' next-token distributions, from their hidden states. */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor } from "../../webgpu/gpu";
import type { Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { project } from "../project";
import { inRowChunks, type TiedHead } from "./plain";
import { LANES, logits, ROW_EXCHANGE, SIZE, vocabularyShares } from "./tile";

interface Inputs extends TiedHead {
  readonly p: tf.Tensor2D; // hidden states [n, width]
  readonly q: tf.Tensor2D;
  readonly pNormaliser: tf.Tensor1D; // log Σ exp of the logits, [n]
  readonly qNormaliser: tf.Tensor1D;
}

/** Σᵥ p·(log p − log q) of each row, in nats. → [n] */
export const tokenDivergence = defineKernel<Inputs, object, [tf.Tensor1D]>({
  name: "tokenDivergence",
  plain: ({ p, q, pNormaliser, qNormaliser, ...head }) =>
    inRowChunks(p, head, (zP, first) => {
      const own = (x: tf.Tensor) => tf.slice(x, first, zP.shape[0]);
      const zQ = project(own(q) as tf.Tensor2D, head.wte, head.transposed ?? null);
      const logP = tf.sub(zP, tf.expandDims(own(pNormaliser), 1));
      const logQ = tf.sub(zQ, tf.expandDims(own(qNormaliser), 1));
      return [tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logQ)), 1)];
    }) as [tf.Tensor1D],
  webgpu: (gpu, { p, q, wte, pNormaliser, qNormaliser }) => {
    const [rows, width] = p.shape;
    const vocabulary = wte.shape[0];
    const shares = vocabularyShares(rows, vocabulary);
    const parts = gpu.empty([shares, rows]);
    gpu.run(SHARES, {
      inputs: [p, q, wte, pNormaliser, qNormaliser],
      outputs: [parts],
      uniforms: { rows, quads: width / 4, vocabulary, shares },
      groups: [groupsFor(rows, SIZE), shares],
    });
    const divergence = gpu.empty([rows]);
    gpu.run(SUM, {
      inputs: [parts],
      outputs: [divergence],
      uniforms: { rows, shares },
      groups: [groupsFor(rows, SUM_LANES)],
    });
    gpu.dispose(parts);
    return [divergence];
  },
  examples: () =>
    [
      { rows: 2, width: 8, vocabulary: 5 },
      { rows: 17, width: 72, vocabulary: 50 },
    ].map(({ rows, width, vocabulary }) => ({
      title: `${rows} × ${width}, ${vocabulary} tokens`,
      inputs: {
        p: normal("p", [rows, width]),
        q: normal("q", [rows, width]),
        wte: normal("wte", [vocabulary, width], 0.25),
        pNormaliser: { shape: [rows], values: new Float32Array(rows).fill(5) },
        qNormaliser: { shape: [rows], values: new Float32Array(rows).fill(4) },
      },
      attributes: {},
    })),
});

const SHARES: Shader = {
  name: "tokenDivergence",
  inputs: {
    p: "vec4<f32>",
    q: "vec4<f32>",
    wte: "vec4<f32>",
    p_normaliser: "f32",
    q_normaliser: "f32",
  },
  outputs: { parts: "f32" },
  uniforms: { rows: "u32", quads: "u32", vocabulary: "u32", shares: "u32" },
  workgroup: [LANES, 1, 1],
  declarations: `${logits("p", "q")}
${ROW_EXCHANGE}`,
  main: `
  let i = lane / ${SIZE}u;
  let j = lane % ${SIZE}u;
  let first_row = group.x * ${SIZE}u;
  let row = min(first_row + i, uniforms.rows - 1u);
  var sum = 0.0;
  for (var first = group.y * ${SIZE}u; first < uniforms.vocabulary; first += uniforms.shares * ${SIZE}u) {
    let log_p = logit_p(lane, first_row, first) - p_normaliser[row];
    let log_q = logit_q(lane, first_row, first) - q_normaliser[row];
    sum += select(0.0, exp(log_p) * (log_p - log_q), first + j < uniforms.vocabulary);
  }
  let total = row_sum(i, j, sum);
  if (j == 0u && first_row + i < uniforms.rows) { parts[group.y * uniforms.rows + row] = total; }`,
};

const SUM_LANES = 64;

const SUM: Shader = {
  name: "tokenDivergenceSum",
  inputs: { parts: "f32" },
  outputs: { divergence: "f32" },
  uniforms: { rows: "u32", shares: "u32" },
  workgroup: [SUM_LANES, 1, 1],
  main: `
  if (global.x >= uniforms.rows) { return; }
  var sum = 0.0;
  for (var s = 0u; s < uniforms.shares; s++) { sum += parts[s * uniforms.rows + global.x]; }
  divergence[global.x] = sum;`,
};
