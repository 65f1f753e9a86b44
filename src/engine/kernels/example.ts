/** Small inputs for a kernel, drawn from a seed: what tests and the self-test page run it on. */
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../core/random";

export interface ExampleTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export interface Example<A extends object> {
  /** What is particular about it: "a width that no workgroup divides". */
  readonly title: string;
  readonly inputs: Readonly<Record<string, ExampleTensor | undefined>>;
  readonly attributes: A;
  /** Relative and absolute, between two backends. Default 1e-4 and 1e-5. */
  readonly tolerance?: { readonly rtol: number; readonly atol: number };
}

/** Numbers of a bell shape, mean 0 and the deviation given; the name is the seed. */
export function normal(name: string, shape: readonly number[], deviation = 1): ExampleTensor {
  const random = stream(1, name);
  const size = shape.reduce((a, b) => a * b, 1);
  const draw = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return { shape, values: Float32Array.from({ length: size }, () => deviation * draw()) };
}

/** Whole numbers from 0 to below the limit. */
export function whole(name: string, shape: readonly number[], limit: number): ExampleTensor {
  const random = stream(1, name);
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Int32Array.from({ length: size }, () => Math.floor(limit * random())) };
}

/** The example's tensor on the current backend: a copy, which a kernel may change in place. */
export function toTensor({ shape, values }: ExampleTensor): tf.Tensor {
  return tf.tensor(values.slice(), [...shape], values instanceof Int32Array ? "int32" : "float32");
}
