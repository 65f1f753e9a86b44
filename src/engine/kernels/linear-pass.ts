/** The passes of one linear map, forward and backward, in kernels: what the ops linear and mlp are made of. */
import * as tf from "@tensorflow/tfjs-core";
import { lowRank } from "./low-rank";
import { lowRankGradient } from "./low-rank-gradient";
import { projection } from "./projection";
import { projectionBackward } from "./projection-backward";
import { weightGradient } from "./weight-gradient";

/** y = x·W + b [+ s·(x∘mask)·Aᵀ·Bᵀ]. */
export interface LinearMap {
  readonly weight: tf.Tensor2D; // [in, out], GPT-2's Conv1D layout
  readonly bias: tf.Tensor1D; // [out]
  readonly adapter?: AdapterTerm | null;
}

export interface AdapterTerm {
  readonly a: tf.Tensor2D; // [rank, in]
  readonly b: tf.Tensor2D; // [out, rank]
  readonly scaling: number;
  /** The dropout mask for an input of this shape; null: no dropout. */
  readonly mask: ((shape: [rows: number, fanIn: number]) => tf.Tensor2D) | null;
}

/** What the backward pass needs of a map's input; null where it does not. */
export interface Pass {
  readonly x: tf.Tensor2D | null; // [n, in], of a trainable weight
  readonly dropped: tf.Tensor2D | null; // x∘mask, [n, in]
  readonly low: tf.Tensor2D | null; // s·(x∘mask)·Aᵀ, [n, rank]
  readonly mask: tf.Tensor2D | null; // [n, in]
}

/** Whether a gradient is wanted for a weight: tfjs's own mark on variables. */
export function isTrainable(weight: tf.Tensor): boolean {
  return weight instanceof tf.Variable && weight.trainable;
}

/** The tensors that receive a gradient, in the order of `backward`'s. */
export function parametersOf({ weight, bias, adapter }: LinearMap): tf.Tensor[] {
  return [
    ...(isTrainable(weight) ? [weight, bias] : []),
    ...(adapter ? [adapter.a, adapter.b] : []),
  ];
}

/** The adapter's way in. */
export function enter(x: tf.Tensor2D, { weight, adapter }: LinearMap): Pass {
  const kept = isTrainable(weight) ? x : null;
  if (!adapter) return { x: kept, dropped: null, low: null, mask: null };
  const { a: factor, scaling } = adapter;
  const mask = adapter.mask?.([x.shape[0], x.shape[1]]) ?? null;
  const dropped = mask ? tf.mul<tf.Tensor2D>(x, mask) : x;
  const [low] = lowRank({ x: dropped, factor }, { scaling, transposed: true });
  return { x: kept, dropped, low, mask };
}

/** y [+ residual], or with `gelu` GELU(y) and y. → [n, out] */
export function forward(
  x: tf.Tensor2D,
  { weight, bias, adapter }: LinearMap,
  { low }: Pass,
  { residual, gelu = false }: { residual?: tf.Tensor2D | undefined; gelu?: boolean } = {},
): [tf.Tensor2D, ...tf.Tensor2D[]] {
  const term = adapter && low ? { low, b: adapter.b } : {};
  return projection({ x, weight, bias, residual, ...term }, { gelu });
}

/** @param u  where x is GELU(u): `dx` is the gradient with respect to u. */
export function backward(
  dy: tf.Tensor2D,
  { weight, adapter }: LinearMap,
  { x, dropped, low, mask }: Pass,
  u?: tf.Tensor2D,
): { dx: tf.Tensor2D; parameters: tf.Tensor[] } {
  const parameters = x ? [weightGradient({ x, dy }, {})[0], tf.sum(dy, 0)] : [];
  if (!adapter || !dropped || !low) {
    const [dx] = projectionBackward({ dy, weight, u }, {});
    return { dx, parameters };
  }
  const { a, b: factor, scaling } = adapter;
  const [back] = lowRank({ x: dy, factor }, { scaling, transposed: false });
  const [dx] = projectionBackward({ dy, weight, low: back, a, mask: mask ?? undefined, u }, {});
  const [dA] = lowRankGradient({ wide: dropped, low: back }, { transposed: true });
  const [dB] = lowRankGradient({ wide: dy, low }, { transposed: false });
  return { dx, parameters: [...parameters, dA, dB] };
}

/** A pass as the tensors that the tape keeps. */
export function pack({ x, dropped, low, mask }: Pass): tf.Tensor[] {
  return [x, dropped, low, mask].filter((tensor) => tensor !== null);
}

/** The way back, taking the tensors from the front. */
export function unpack({ weight, adapter }: LinearMap, kept: tf.Tensor[]): Pass {
  const take = (present: boolean) => (present ? (kept.shift() as tf.Tensor2D) : null);
  const x = take(isTrainable(weight));
  const [dropped, low] = [take(!!adapter), take(!!adapter)];
  return { x, dropped, low, mask: take(!!adapter?.mask) };
}
