/** The parts of tfjs's WebGPU backend (4.22.0, pinned) that it declares private. */
import type { DataId } from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

interface Internals {
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** Tensors that commands not yet submitted use: their buffers must not go back to the pool before. */
  readonly commandQueueOwnedIds: WeakSet<DataId>;
}

export function internalsOf(backend: WebGPUBackend): Internals {
  return backend as unknown as Internals;
}

/** The compute pass that the next command goes into. */
export function openPass(backend: WebGPUBackend): GPUComputePassEncoder {
  const internals = internalsOf(backend);
  backend.ensureCommandEncoderReady();
  internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
  return internals.computePassEncoder;
}

/** Hands what is queued to the device. */
export function submit(backend: WebGPUBackend): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Drops the copy that a read-back left: it would be read again in place of what a shader writes now. */
export function dropCopy(backend: WebGPUBackend, dataId: DataId): void {
  (backend.tensorMap.get(dataId) as { values: unknown }).values = null;
}

/** How many tensors were ever made on this kind of backend, by whatever code. */
export function tensorsMade(backend: WebGPUBackend): number {
  return (backend.constructor as unknown as { readonly nextDataId: number }).nextDataId;
}
