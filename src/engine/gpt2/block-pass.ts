/** The passes of one block, forward and backward, in kernels: the gradient is written out, and keeps no more than it needs. */
import type * as tf from "@tensorflow/tfjs-core";
import { attentionBackward } from "../kernels/attention/backward";
import { attentionForward } from "../kernels/attention/forward";
import { layerNormBackward, normGradients } from "../kernels/layer-norm-backward";
import { layerNormForward } from "../kernels/layer-norm-forward";
import {
  type AdapterTerm,
  backward,
  enter,
  forward,
  isTrainable,
  type LinearMap,
  pack as packMap,
  parametersOf as parametersOfMap,
  type Pass,
  unpack as unpackMap,
} from "../kernels/linear-pass";
import type { Attend } from "./attention";
import type { BlockWeights, LinearWeights, NormWeights } from "./weights";

export interface BlockContext {
  readonly epsilon: number;
  /** What the adapter adds to a linear map; null: nothing. */
  readonly adapterOf: (map: LinearWeights) => AdapterTerm | null;
  readonly attend: Attend;
  /** Only the gradient is wanted: the last product is left out, and the value is not the block's. */
  readonly valueUnused?: boolean;
}

/** A block's weights with what the adapter adds to each map. */
export interface AdaptedBlock {
  readonly ln1: NormWeights;
  readonly cAttn: LinearMap;
  readonly attnProj: LinearMap;
  readonly ln2: NormWeights;
  readonly cFc: LinearMap;
  readonly mlpProj: LinearMap;
}

/** What the backward pass needs of the forward one. */
export interface BlockPass {
  readonly x: tf.Tensor2D;
  readonly moments1: tf.Tensor2D;
  readonly cAttn: Pass;
  readonly qkv: tf.Tensor2D;
  readonly attended: tf.Tensor2D;
  readonly logSumExp: tf.Tensor1D;
  readonly attnProj: Pass;
  readonly middle: tf.Tensor2D; // between attention and the feed-forward layer
  readonly moments2: tf.Tensor2D;
  readonly cFc: Pass;
  readonly u: tf.Tensor2D; // GELU's argument
  readonly mlpProj: Pass;
}

export function adapted(
  { ln1, cAttn, attnProj, ln2, cFc, mlpProj }: BlockWeights,
  adapterOf: BlockContext["adapterOf"],
): AdaptedBlock {
  const map = (weights: LinearWeights) => ({ ...weights, adapter: adapterOf(weights) });
  return {
    ...{ ln1, ln2, cAttn: map(cAttn), attnProj: map(attnProj) },
    ...{ cFc: map(cFc), mlpProj: map(mlpProj) },
  };
}

/** The tensors that receive a gradient beside x, in the order of `blockBackward`'s. */
export function parametersOf({ ln1, cAttn, attnProj, ln2, cFc, mlpProj }: AdaptedBlock) {
  return [
    ...normParameters(ln1),
    ...parametersOfMap(cAttn),
    ...parametersOfMap(attnProj),
    ...normParameters(ln2),
    ...parametersOfMap(cFc),
    ...parametersOfMap(mlpProj),
  ];
}

function normParameters({ gain, bias }: NormWeights): tf.Tensor[] {
  return isTrainable(gain) ? [gain, bias] : [];
}

/** x [batch·length, width] → the same shape. Without adapter 6 dispatches on webgpu and those of attention. */
export function blockForward(
  x: tf.Tensor2D,
  { ln1, cAttn, attnProj, ln2, cFc, mlpProj }: AdaptedBlock,
  { epsilon, attend, valueUnused = false }: Omit<BlockContext, "adapterOf">,
): { readonly value: tf.Tensor2D; readonly pass: BlockPass } {
  const [branch, moments1] = layerNormForward({ x, gain: ln1.gain, bias: ln1.bias }, { epsilon });
  const intoAttention = enter(branch, cAttn);
  const [qkv] = forward(branch, cAttn, intoAttention);
  attend.observe?.(qkv);
  const [attended, logSumExp] = attentionForward({ qkv }, attend.shape);
  const outOfAttention = enter(attended, attnProj);
  const [middle] = forward(attended, attnProj, outOfAttention, { residual: x });
  const norm2 = { x: middle, gain: ln2.gain, bias: ln2.bias };
  const [inner, moments2] = layerNormForward(norm2, { epsilon });
  const intoMlp = enter(inner, cFc);
  const [activated, u] = forward(inner, cFc, intoMlp, { gelu: true });
  const outOfMlp = enter(activated, mlpProj);
  const value = valueUnused
    ? middle
    : forward(activated, mlpProj, outOfMlp, { residual: middle })[0];
  return {
    value,
    pass: {
      ...{ x, moments1, cAttn: intoAttention, qkv, attended, logSumExp },
      ...{ attnProj: outOfAttention, middle, moments2, cFc: intoMlp, u: u!, mlpProj: outOfMlp },
    },
  };
}

/** The gradients of x and of `parametersOf`. Each norm's is added to that of the residual beside it in one pass. */
export function blockBackward(
  dy: tf.Tensor2D,
  { ln1, cAttn, attnProj, ln2, cFc, mlpProj }: AdaptedBlock,
  { shape }: Attend,
  pass: BlockPass,
): { readonly dx: tf.Tensor2D; readonly parameters: readonly tf.Tensor[] } {
  const { x, moments1, qkv, attended, logSumExp, middle, moments2, u } = pass;
  const outer = backward(dy, mlpProj, pass.mlpProj, u);
  const inner = backward(outer.dx, cFc, pass.cFc);
  const norm2 = { dy: inner.dx, x: middle, moments: moments2 };
  const [dMiddle] = layerNormBackward({ ...norm2, gain: ln2.gain, residual: dy }, {});
  const projected = backward(dMiddle, attnProj, pass.attnProj);
  const own = { dy: projected.dx, qkv, y: attended, logSumExp };
  const [dQkv] = attentionBackward(own, shape);
  const entered = backward(dQkv, cAttn, pass.cAttn);
  const norm1 = { dy: entered.dx, x, moments: moments1 };
  const [dx] = layerNormBackward({ ...norm1, gain: ln1.gain, residual: dMiddle }, {});
  return {
    dx,
    parameters: [
      ...(isTrainable(ln1.gain) ? normGradients(norm1) : []),
      ...entered.parameters,
      ...projected.parameters,
      ...(isTrainable(ln2.gain) ? normGradients(norm2) : []),
      ...inner.parameters,
      ...outer.parameters,
    ],
  };
}

/** A pass as the tensors that the tape keeps. */
export function pack(pass: BlockPass): tf.Tensor[] {
  const { x, moments1, qkv, attended, logSumExp, middle, moments2, u } = pass;
  const maps = [pass.cAttn, pass.attnProj, pass.cFc, pass.mlpProj].flatMap(packMap);
  return [x, moments1, qkv, attended, logSumExp, middle, moments2, u, ...maps];
}

/** The way back. */
export function unpack(
  { cAttn, attnProj, cFc, mlpProj }: AdaptedBlock,
  kept: readonly tf.Tensor[],
): BlockPass {
  const [x, moments1, qkv, attended, logSumExp, middle, moments2, u, ...maps] = kept as unknown as [
    ...[x: tf.Tensor2D, moments1: tf.Tensor2D, qkv: tf.Tensor2D, attended: tf.Tensor2D],
    ...[logSumExp: tf.Tensor1D, middle: tf.Tensor2D, moments2: tf.Tensor2D, u: tf.Tensor2D],
    ...tf.Tensor[],
  ];
  return {
    ...{ x, moments1, qkv, attended, logSumExp, middle, moments2, u },
    cAttn: unpackMap(cAttn, maps),
    attnProj: unpackMap(attnProj, maps),
    cFc: unpackMap(cFc, maps),
    mlpProj: unpackMap(mlpProj, maps),
  };
}
