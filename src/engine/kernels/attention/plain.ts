/**
 * Causal attention in plain ops, head by head: on wasm a product of two matrices is ten times as fast as a batched one.
 * The heads are cut from the packed projections, and put back, on the host, where these backends' tensors lie: tfjs's
 * slice copies the whole tensor for each piece.
 */
import * as tf from "@tensorflow/tfjs-core";
import { hostView } from "../decode/host-view";
import { times, timesTransposed, transposedTimes } from "../product";
import type { AttentionGradient } from "./backward";
import type { AttentionShape } from "./forward";

/** Large enough that its exponential is 0 in float32 beside any score, small enough to stay finite when added. */
const MASKED = -1e9;

/** → y [batch·length, width] and log Σ exp of each query's scores, [batch·heads·length]. */
export function plainForward(
  qkv: tf.Tensor2D,
  shape: AttentionShape,
): [y: tf.Tensor2D, logSumExp: tf.Tensor1D] {
  const { batch, length, heads } = shape;
  const width = qkv.shape[1] / 3;
  const headWidth = width / heads;
  const y = new Float32Array(batch * length * width);
  const logSumExp = new Float32Array(batch * heads * length);
  const mask = causalMask(length);
  eachHead(shape, (item, head, index) => {
    const [q, k, v] = [0, 1, 2].map((part) =>
      cut(qkv, { item, place: part * heads + head, length, headWidth }),
    );
    const scores = maskedScores(q!, k!, mask);
    const weights = tf.softmax(scores);
    // The largest weight is exp(largest score − log Σ exp).
    const normaliser = tf.sub(tf.max(scores, 1), tf.log(tf.max(weights, 1)));
    paste(y, times(weights, v!), { item, place: head, width });
    logSumExp.set(hostView(normaliser), index * length);
  });
  return [tf.tensor2d(y, [batch * length, width]), tf.tensor1d(logSumExp)];
}

/** → dqkv, packed as qkv is. */
export function plainBackward(
  { dy, qkv, y, logSumExp }: AttentionGradient,
  shape: AttentionShape,
): tf.Tensor2D {
  const { batch, length, heads } = shape;
  const width = qkv.shape[1];
  const headWidth = width / 3 / heads;
  const dqkv = new Float32Array(batch * length * width);
  const mask = causalMask(length);
  eachHead(shape, (item, head, index) => {
    const [q, k, v] = [0, 1, 2].map((part) =>
      cut(qkv, { item, place: part * heads + head, length, headWidth }),
    );
    const [ownDy, ownY] = [dy, y].map((joined) =>
      cut(joined, { item, place: head, length, headWidth }),
    );
    const normaliser = hostView(logSumExp).slice(index * length, (index + 1) * length);
    const scores = maskedScores(q!, k!, mask);
    const weights = tf.exp<tf.Tensor2D>(tf.sub(scores, tf.tensor2d(normaliser, [length, 1])));
    const dWeights = timesTransposed(ownDy!, v!);
    const along = tf.sum(tf.mul(ownDy!, ownY!), 1, true);
    const scaled = tf.mul(weights, 1 / Math.sqrt(q!.shape[1]));
    const dScores = tf.mul<tf.Tensor2D>(scaled, tf.sub(dWeights, along));
    const gradients: tf.Tensor2D[] = [
      times(dScores, k!),
      transposedTimes(dScores, q!),
      transposedTimes(weights, ownDy!),
    ];
    gradients.forEach((gradient, part) =>
      paste(dqkv, gradient, { item, place: part * heads + head, width }),
    );
  });
  return tf.tensor2d(dqkv, [batch * length, width]);
}

function eachHead(
  { batch, heads }: AttentionShape,
  run: (item: number, head: number, index: number) => void,
): void {
  for (let item = 0; item < batch; item++) {
    for (let head = 0; head < heads; head++) {
      tf.tidy(() => run(item, head, item * heads + head));
    }
  }
}

/** q·kᵀ/√headWidth where a query may look, far below elsewhere. Both [length, headWidth] → [length, length]. */
function maskedScores(q: tf.Tensor2D, k: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  const scaled = tf.mul<tf.Tensor2D>(q, 1 / Math.sqrt(q.shape[1]));
  return tf.add(timesTransposed(scaled, k), mask);
}

/** Each position sees itself and what came before: [length, length]. */
function causalMask(length: number): tf.Tensor2D {
  const mask = new Float32Array(length * length);
  for (let i = 0; i < length; i++) mask.fill(MASKED, i * length + i + 1, (i + 1) * length);
  return tf.tensor2d(mask, [length, length]);
}

/** Which head, of which row of the batch. Packed projections have three places a head. */
interface Piece {
  readonly item: number;
  readonly place: number;
}

/** A head of one row of the batch: the columns of x from place·headWidth on, [length, headWidth]. */
function cut(
  x: tf.Tensor2D,
  {
    item,
    place,
    length,
    headWidth,
  }: Piece & { readonly length: number; readonly headWidth: number },
): tf.Tensor2D {
  const width = x.shape[1];
  const values = hostView(x);
  const head = new Float32Array(length * headWidth);
  for (let i = 0; i < length; i++) {
    const start = (item * length + i) * width + place * headWidth;
    head.set(values.subarray(start, start + headWidth), i * headWidth);
  }
  return tf.tensor2d(head, [length, headWidth]);
}

/** The way back, into `target` of rows `width` long. */
function paste(
  target: Float32Array,
  head: tf.Tensor2D,
  { item, place, width }: Piece & { readonly width: number },
): void {
  const [length, headWidth] = head.shape;
  const values = hostView(head);
  for (let i = 0; i < length; i++) {
    const start = (item * length + i) * width + place * headWidth;
    target.set(values.subarray(i * headWidth, (i + 1) * headWidth), start);
  }
}
