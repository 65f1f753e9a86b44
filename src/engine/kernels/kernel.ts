/**
 * A kernel: one computation in several forms. `plain`, in tfjs ops, says what it means and serves cpu and wasm; `webgpu`
 * is the fused shader, `wasm` SIMD code for sizes at which tfjs's ops are slow. They are registered with tfjs, so that tape, tidy
 * and profiler know the kernel; ops with gradients are made of kernels by `custom`.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { type Simd, simdOf } from "../simd/simd";
import { Gpu } from "../webgpu/gpu";
import type { Example } from "./example";

/** Tensors by name; undefined where an optional one is absent. */
export type Tensors = Readonly<Record<string, tf.Tensor | undefined>>;

/** The same names as handles, as a shader sees them. */
export type Handles<I extends Tensors> = { readonly [K in keyof I]: tf.TensorInfo & I[K] };

export interface KernelDefinition<I extends Tensors, A extends object, O extends tf.Tensor[]> {
  readonly name: string;
  /** In plain ops, on whatever backend is current. Runs inside a tidy. */
  readonly plain: (inputs: I, attributes: A) => O;
  /** Queues the shaders and returns their outputs, in the order of `plain`'s. */
  readonly webgpu: (gpu: Gpu, inputs: Handles<I>, attributes: A) => tf.TensorInfo[];
  /** By our SIMD code. Null where `plain` does it better: for these sizes, or this number of threads. */
  readonly wasm?: (simd: Simd, inputs: Handles<I>, attributes: A) => tf.TensorInfo[] | null;
  /** What tests and the self-test run the forms on; sizes at the edges of the shader's tiles among them. */
  readonly examples: () => readonly Example<A>[];
}

export interface Kernel<I extends Tensors, A extends object, O extends tf.Tensor[]> {
  (inputs: I, attributes: A): O;
  readonly definition: KernelDefinition<I, A, O>;
  /** What tfjs knows it by. */
  readonly kernelName: string;
}

/** A definition whose inputs are known by name only. */
export type AnyKernel = Kernel<Tensors, object, tf.Tensor[]>;

/** Every kernel that was imported, by name: what the self-test runs. */
export const kernels = new Map<string, AnyKernel>();

/** Registers its forms. The result runs the one of the current backend and records no gradient. */
export function defineKernel<I extends Tensors, A extends object, O extends tf.Tensor[]>(
  definition: KernelDefinition<I, A, O>,
): Kernel<I, A, O> {
  const kernelName = `steadfast.${definition.name}`;
  const plain: tf.KernelFunc = ({ inputs, attrs }) =>
    tf.tidy(() => definition.plain(inputs as unknown as I, attrs as unknown as A));
  const wasm: tf.KernelFunc = (call) => {
    const simd = simdOf(call.backend);
    const inputs = call.inputs as unknown as Handles<I>;
    return (simd && definition.wasm?.(simd, inputs, call.attrs as unknown as A)) ?? plain(call);
  };
  const webgpu: tf.KernelFunc = ({ inputs, attrs, backend }) =>
    definition.webgpu(
      new Gpu(backend as WebGPUBackend),
      inputs as unknown as Handles<I>,
      attrs as unknown as A,
    );
  tf.registerKernel({ kernelName, backendName: "cpu", kernelFunc: plain });
  tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc: wasm });
  tf.registerKernel({ kernelName, backendName: "webgpu", kernelFunc: webgpu });
  const run = (inputs: I, attributes: A): O => {
    const present = Object.fromEntries(
      Object.entries(inputs).filter(
        (entry): entry is [string, tf.Tensor] => entry[1] !== undefined,
      ),
    );
    const attrs = attributes as unknown as tf.NamedAttrMap;
    return tf.engine().runKernel(kernelName, present, attrs) as unknown as O;
  };
  const kernel = Object.assign(run, { definition, kernelName });
  kernels.set(definition.name, kernel as unknown as AnyKernel);
  return kernel;
}
