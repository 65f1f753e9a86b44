/**
 * Log-probabilities of tokens from hidden states and the tied head, never holding the logits of all rows: on webgpu a tile
 * of the vocabulary at a time with an online softmax, on wasm a few rows at a time.
 */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor } from "../../webgpu/gpu";
import { LOWEST } from "../../webgpu/reduce";
import { oncePerKey, type Shader } from "../../webgpu/shader";
import { normal, whole } from "../example";
import { defineKernel } from "../kernel";
import { times } from "../product";
import { inRowChunks, pick, type TiedHead } from "./plain";
import { LANES, logits, ROW_EXCHANGE, SIZE, vocabularyShares } from "./tile";

interface Inputs extends TiedHead {
  readonly states: tf.Tensor2D; // [n, width]
  readonly targets: tf.Tensor1D; // int32 [n]
}

/**
 * With z = states·wteᵀ and p its softmax, in nats: log p(target), log Σ exp z and the entropy −Σ p·log p, each [n]; if
 * asked for, also d log p(target)/d states = wte[target] − p·wte, [n, width].
 */
export const tokenScores = defineKernel<Inputs, { gradient: boolean }, tf.Tensor[]>({
  name: "tokenScores",
  plain: ({ states, targets, ...head }, { gradient }) =>
    inRowChunks(states, head, (z, first) => {
      const own = tf.slice(targets, first, z.shape[0]);
      const p = tf.softmax(z);
      // The largest probability is exp(largest logit − log Σ exp).
      const normaliser = tf.sub<tf.Tensor1D>(tf.max(z, 1), tf.log(tf.max(p, 1)));
      const scores: tf.Tensor[] = [
        tf.sub(pick(z, own), normaliser),
        normaliser,
        tf.sub(normaliser, tf.sum(tf.mul(p, z), 1)),
      ];
      if (!gradient) return scores;
      return [...scores, tf.sub(tf.gather(head.wte, own), times(p, head.wte))];
    }),
  webgpu: (gpu, { states, wte, targets }, { gradient }) => {
    const [rows, width] = states.shape;
    const vocabulary = wte.shape[0];
    if (width % 4 !== 0) {
      throw new RangeError(`a width of ${width} is no multiple of 4, which webgpu's head needs`);
    }
    const shares = vocabularyShares(rows, vocabulary);
    const uniforms = { rows, quads: width / 4, vocabulary, shares };
    const statistics = gpu.empty([shares, rows, 4]);
    const sums = gradient ? [gpu.empty([shares, rows, width])] : [];
    gpu.run(sharesShader(gradient ? groupsFor(width, 4 * LANES) : 0), {
      inputs: [states, wte, targets],
      outputs: [statistics, ...sums],
      uniforms,
      groups: [groupsFor(rows, SIZE), shares],
    });
    const outputs = [gpu.empty([rows]), gpu.empty([rows]), gpu.empty([rows])];
    if (gradient) outputs.push(gpu.empty([rows, width]));
    gpu.run(gradient ? MERGE_GRADIENT : MERGE, {
      inputs: gradient ? [statistics, ...sums, wte, targets] : [statistics],
      outputs,
      uniforms: gradient ? { rows, shares, quads: width / 4 } : { rows, shares },
      groups: gradient ? [rows] : [groupsFor(rows, MERGE_LANES)],
    });
    [statistics, ...sums].forEach((tensor) => gpu.dispose(tensor));
    return outputs;
  },
  examples: () =>
    [
      { rows: 1, width: 8, vocabulary: 5, gradient: true },
      { rows: 18, width: 72, vocabulary: 101, gradient: true },
      { rows: 3, width: 72, vocabulary: 32, gradient: false },
    ].map(({ rows, width, vocabulary, gradient }) => ({
      title: `${rows} × ${width}, ${vocabulary} tokens${gradient ? ", with gradient" : ""}`,
      inputs: {
        states: normal("states", [rows, width], 2),
        wte: normal("wte", [vocabulary, width], 0.5),
        targets: whole("targets", [rows], vocabulary),
      },
      attributes: { gradient },
    })),
});

/**
 * What a share of the vocabulary contributes to a row: its highest logit m, Σ exp(z − m), Σ exp(z − m)·z and the target's
 * logit, 0 where it lies in another share; and Σ exp(z − m)·wte.
 *
 * @param quadsALane  of the last sum; 0: leave it out.
 */
const sharesShader = oncePerKey((quadsALane: number): Shader => {
  const gradient = quadsALane > 0;
  const each = (line: (n: number, row: number) => string) =>
    Array.from({ length: quadsALane * SIZE }, (_, at) =>
      line(Math.floor(at / SIZE), at % SIZE),
    ).join("\n");
  const eachQuad = (body: (n: number) => string) =>
    Array.from(
      { length: quadsALane },
      (_, n) => `if (lane + ${n * LANES}u < uniforms.quads) { ${body(n)} }`,
    ).join("\n");
  return {
    name: gradient ? `tokenScoresGradient${quadsALane}` : "tokenScores",
    inputs: { states: "vec4<f32>", wte: "vec4<f32>", targets: "i32" },
    outputs: gradient
      ? { statistics: "vec4<f32>", sums: "vec4<f32>" }
      : { statistics: "vec4<f32>" },
    uniforms: { rows: "u32", quads: "u32", vocabulary: "u32", shares: "u32" },
    workgroup: [LANES, 1, 1],
    declarations: `${logits("states")}
${ROW_EXCHANGE}
${gradient ? `var<workgroup> kept_rows : array<f32, ${SIZE}>;` : ""}
${gradient ? `var<private> acc : array<vec4<f32>, ${quadsALane * SIZE}>;` : ""}`,
    main: `
  let i = lane / ${SIZE}u;
  let j = lane % ${SIZE}u;
  let first_row = group.x * ${SIZE}u;
  let row = first_row + i;
  let wanted = u32(targets[min(row, uniforms.rows - 1u)]);
  var highest = ${LOWEST};
  var sum = 0.0; // of the lane's own tokens, as the next two
  var weighted = 0.0;
  var chosen = 0.0;

  for (var first = group.y * ${SIZE}u; first < uniforms.vocabulary; first += uniforms.shares * ${SIZE}u) {
    let z = logit_states(lane, first_row, first);
    let token = first + j;
    let exists = token < uniforms.vocabulary;
    if (exists && token == wanted) { chosen = z; }
    exchange[place(i, j)] = select(${LOWEST}, z, exists);
    workgroupBarrier();
    var now = highest;
    for (var c = 0u; c < ${SIZE}u; c++) { now = max(now, exchange[place(i, c)]); }
    workgroupBarrier();
    let e = select(0.0, exp(z - now), exists);
    let kept = exp(highest - now);
    highest = now;
    sum = sum * kept + e;
    weighted = weighted * kept + e * z;
    ${
      gradient
        ? `
    exchange[place(i, j)] = e;
    if (j == 0u) { kept_rows[i] = kept; }
    workgroupBarrier();
    ${each((n, r) => `acc[${n * SIZE + r}] *= kept_rows[${r}];`)}
    let tokens = min(${SIZE}u, uniforms.vocabulary - first);
    for (var c = 0u; c < tokens; c++) {
      ${eachQuad(
        (n) => `let w = wte[(first + c) * uniforms.quads + lane + ${n * LANES}u];
      ${Array.from({ length: SIZE }, (_, r) => `acc[${n * SIZE + r}] += exchange[place(${r}u, c)] * w;`).join("\n")}`,
      )}
    }`
        : ""
    }
  }

  let row_total = row_sum(i, j, sum);
  let row_weighted = row_sum(i, j, weighted);
  let row_chosen = row_sum(i, j, chosen);
  if (j == 0u && row < uniforms.rows) {
    statistics[group.y * uniforms.rows + row] = vec4<f32>(highest, row_total, row_weighted, row_chosen);
  }
  ${eachQuad((n) =>
    Array.from(
      { length: SIZE },
      (_, r) => `if (first_row + ${r}u < uniforms.rows) {
    sums[(group.y * uniforms.rows + first_row + ${r}u) * uniforms.quads + lane + ${n * LANES}u] = acc[${n * SIZE + r}];
  }`,
    ).join("\n"),
  )}`,
  };
});

const MERGE_LANES = 64;

/** log Σ exp and the rest from all shares of a row. */
const MERGED = `
  var highest = ${LOWEST};
  for (var s = 0u; s < uniforms.shares; s++) { highest = max(highest, statistics[s * uniforms.rows + row].x); }
  var sum = 0.0;
  var weighted = 0.0;
  var chosen = 0.0;
  for (var s = 0u; s < uniforms.shares; s++) {
    let share = statistics[s * uniforms.rows + row];
    let factor = exp(share.x - highest);
    sum += factor * share.y;
    weighted += factor * share.z;
    chosen += share.w;
  }
  let normaliser = highest + log(sum);`;

const WRITE_SCORES = `
    log_probs[row] = chosen - normaliser;
    log_sum_exp[row] = normaliser;
    entropy[row] = normaliser - weighted / sum;`;

const MERGE: Shader = {
  name: "tokenScoresMerge",
  inputs: { statistics: "vec4<f32>" },
  outputs: { log_probs: "f32", log_sum_exp: "f32", entropy: "f32" },
  uniforms: { rows: "u32", shares: "u32" },
  workgroup: [MERGE_LANES, 1, 1],
  main: `
  let row = global.x;
  if (row >= uniforms.rows) { return; }
  ${MERGED}
  ${WRITE_SCORES}`,
};

const MERGE_GRADIENT: Shader = {
  name: "tokenScoresMergeGradient",
  inputs: { statistics: "vec4<f32>", sums: "vec4<f32>", wte: "vec4<f32>", targets: "i32" },
  outputs: { log_probs: "f32", log_sum_exp: "f32", entropy: "f32", gradient: "vec4<f32>" },
  uniforms: { rows: "u32", shares: "u32", quads: "u32" },
  workgroup: [MERGE_LANES, 1, 1],
  main: `
  let row = group.x;
  ${MERGED}
  if (lane == 0u) { ${WRITE_SCORES} }
  for (var quad = lane; quad < uniforms.quads; quad += ${MERGE_LANES}u) {
    var expected = vec4<f32>();
    for (var s = 0u; s < uniforms.shares; s++) {
      let factor = exp(statistics[s * uniforms.rows + row].x - normaliser);
      expected += factor * sums[(s * uniforms.rows + row) * uniforms.quads + quad];
    }
    gradient[row * uniforms.quads + quad] = wte[u32(targets[row]) * uniforms.quads + quad] - expected;
  }`,
};
