/** A tensor's own memory where the CPU computes, for twins that read or write single numbers of it in place. */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/**
 * Writing to it changes the tensor. Good until the next op on wasm, whose heap may move when it grows.
 * @throws Error on webgpu, where tensors lie on the device.
 */
export function hostView(tensor: tf.TensorInfo): Float32Array {
  return view(tensor) as Float32Array;
}

/** As `hostView`, of an int32 tensor. */
export function hostIntegers(tensor: tf.TensorInfo): Int32Array {
  return view(tensor) as Int32Array;
}

function view(tensor: tf.TensorInfo): tf.TypedArray {
  const backend: unknown = tf.backend();
  switch (tf.getBackend()) {
    case "wasm":
      return (backend as BackendWasm).typedArrayFromHeap(tensor);
    case "cpu": // whose readSync gives the values themselves, not a copy
      return (backend as tf.KernelBackend).readSync(tensor.dataId) as tf.TypedArray;
    default:
      throw new Error(`${tf.getBackend()} keeps its tensors on the device, which has no host view`);
  }
}
