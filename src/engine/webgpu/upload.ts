/** Onto the device at once: tfjs's WebGPU backend keeps values in the JS heap until a tensor is first used. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** Nothing to do on other backends, which take the values when the tensor is made. */
export function upload({ dataId }: tf.Tensor): void {
  if (tf.getBackend() === "webgpu") (tf.backend() as WebGPUBackend).uploadToGPU(dataId);
}
