/**
 * Runs the engine's own shaders on the device, the command queue and the tensors of tfjs's WebGPU backend. tfjs's
 * `runWebGPUProgram` has one output, never in place; here a shader writes as many tensors as it needs.
 */
import type { DataId, DataType, TensorInfo } from "@tensorflow/tfjs-core";
import { env, util } from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { type Shader, shaderText, uniformBytes } from "./shader";

/** The parts of tfjs's backend (4.22.0, pinned) that it declares private. */
interface Internals {
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** Tensors that commands not yet submitted use: their buffers must not go back to the pool before. */
  readonly commandQueueOwnedIds: WeakSet<DataId>;
  readonly uniformPendingDisposal: GPUBuffer[];
}

export interface Dispatch {
  readonly inputs: readonly TensorInfo[];
  /** Made by `empty`, or tensors to change in place; none may be among the inputs. */
  readonly outputs: readonly TensorInfo[];
  readonly uniforms?: Readonly<Record<string, number>>;
  /** Workgroups along each axis. */
  readonly groups: readonly [x: number, y?: number, z?: number];
}

/** Compiled pipelines of a device: by the shader's identity, which is quick to look up, and by its text. */
interface Pipelines {
  readonly byShader: WeakMap<Shader, GPUComputePipeline>;
  readonly byText: Map<string, GPUComputePipeline>;
}
const compiled = new WeakMap<GPUDevice, Pipelines>();

export class Gpu {
  readonly #backend: WebGPUBackend;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
  }

  /** A tensor of undefined content, for a shader to write all of. */
  empty(shape: readonly number[], dtype: DataType = "float32"): TensorInfo {
    return this.#backend.makeTensorInfo([...shape], dtype);
  }

  /** The same tensor as a kernel's result: what a kernel changed in place, or only reshaped. */
  share({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
    this.#backend.incRef(dataId);
    return { dataId, dtype, shape: [...shape] };
  }

  /** Frees a tensor made by `empty` that is no result. */
  dispose({ dataId }: TensorInfo): void {
    this.#backend.disposeData(dataId);
  }

  /** Puts one dispatch into the queue. */
  run(shader: Shader, { inputs, outputs, uniforms = {}, groups }: Dispatch): void {
    const backend = this.#backend;
    const internals = backend as unknown as Internals;
    const [x, y = 1, z = 1] = groups;
    if (x * y * z === 0) return; // nothing to compute: an output of no elements

    const resources = [...inputs, ...outputs].map(({ dataId }) => {
      backend.uploadToGPU(dataId);
      internals.commandQueueOwnedIds.add(dataId);
      return { buffer: backend.tensorMap.get(dataId).resource as GPUBuffer };
    });
    // A copy that a read-back left would be read again in place of what the shader writes now.
    for (const { dataId } of outputs) {
      (backend.tensorMap.get(dataId) as { values: unknown }).values = null;
    }
    if (Object.keys(shader.uniforms).length > 0) {
      resources.push({ buffer: this.#uniformBuffer(uniformBytes(shader, uniforms)) });
    }
    const pipeline = this.#pipeline(shader);
    const bindGroup = backend.device.createBindGroup({
      label: shader.name,
      layout: pipeline.getBindGroupLayout(0),
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });

    backend.ensureCommandEncoderReady();
    internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
    const pass = internals.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(x, y, z);
    internals.dispatchCountInPass += 1;
    if (internals.dispatchCountInPass >= env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
  }

  /** Submits what is queued and waits until the device has done it; no values come back. */
  async done(): Promise<void> {
    this.#backend.ensureCommandEncoderReady();
    this.#backend.endComputePassEncoder();
    this.#backend.submitQueue();
    await this.#backend.queue.onSubmittedWorkDone();
  }

  #uniformBuffer(bytes: ArrayBuffer): GPUBuffer {
    const { device, bufferManager } = this.#backend;
    const size = Math.ceil(bytes.byteLength / 16) * 16;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = bufferManager.acquireBuffer(size, usage);
    device.queue.writeBuffer(buffer, 0, bytes);
    (this.#backend as unknown as Internals).uniformPendingDisposal.push(buffer);
    return buffer;
  }

  #pipeline(shader: Shader): GPUComputePipeline {
    const { device } = this.#backend;
    let known = compiled.get(device);
    if (known === undefined) {
      known = { byShader: new WeakMap(), byText: new Map() };
      compiled.set(device, known);
    }
    const found = known.byShader.get(shader);
    if (found !== undefined) return found;
    const code = shaderText(shader);
    const pipeline = known.byText.get(code) ?? compile(device, shader.name, code);
    known.byText.set(code, pipeline);
    known.byShader.set(shader, pipeline);
    return pipeline;
  }
}

function compile(device: GPUDevice, label: string, code: string): GPUComputePipeline {
  const module = device.createShaderModule({ label, code });
  return device.createComputePipeline({
    label,
    layout: "auto",
    compute: { module, entryPoint: "main" },
  });
}

/** Workgroups of `size` that cover `count`. */
export function groupsFor(count: number, size: number): number {
  return Math.ceil(count / size);
}

/** Elements of a tensor. */
export function sizeOf({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape);
}
