/** Puts small tensors on the device without a staging buffer each. */
import type { DataId } from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** Bytes up to which the queue copies a tensor's values; larger ones go tfjs's way. */
const SMALL = 65_536;

/** What tfjs keeps of a tensor. */
interface Data {
  readonly dtype: string;
  values: unknown;
  resource: GPUBuffer | null;
}

/**
 * tfjs (4.22.0, pinned) makes, maps, fills, copies and destroys a staging buffer for every tensor of values, a scalar
 * too; the queue's own copy takes a twentieth of that. A pooled buffer is in no command that has not been submitted, so
 * that writing it at once is safe.
 */
export function smallUploads(backend: WebGPUBackend): void {
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId: DataId) => {
    const data = backend.tensorMap.get(dataId) as unknown as Data;
    const { values } = data;
    const plain = values instanceof Float32Array || values instanceof Int32Array;
    const typed = plain && data.dtype === (values instanceof Float32Array ? "float32" : "int32");
    if (data.resource || !typed || values.byteLength === 0 || values.byteLength > SMALL) {
      return upload(dataId);
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = backend.bufferManager.acquireBuffer(values.byteLength, usage);
    backend.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    data.values = null; // as tfjs does: what lies on the device is not kept twice
    data.resource = buffer;
  };
}
