/**
 * Runs the engine's own shaders on the device, the command queue and the tensors of tfjs's WebGPU backend. tfjs's
 * `runWebGPUProgram` has one output, never in place; here a shader writes as many tensors as it needs.
 */
import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";
import { env, tidy, util } from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { Bindings } from "./bindings";
import { dropCopy, internalsOf, openPass, submit } from "./internals";
import { Recorder, type Recording } from "./recording";
import { type Shader, shaderText, uniformBytes } from "./shader";
import { smallUploads } from "./small-uploads";
import { steadyPool } from "./steady-pool";

export interface Dispatch {
  readonly inputs: readonly TensorInfo[];
  /** Made by `empty`, or tensors to change in place; none may be among the inputs. */
  readonly outputs: readonly TensorInfo[];
  readonly uniforms?: Readonly<Record<string, number>>;
  /** Workgroups along each axis. */
  readonly groups: readonly [x: number, y?: number, z?: number];
}

/** What was made on a device: pipelines by the shader's identity, which is quick to look up, and by its text. */
interface Made {
  readonly byShader: WeakMap<Shader, GPUComputePipeline>;
  readonly byText: Map<string, GPUComputePipeline>;
  readonly bindings: Bindings;
  /** Of the work that is being recorded. */
  recorder: Recorder | null;
}
const made = new WeakMap<GPUDevice, Made>();

/** Between a part's buffer and its place, in bytes, in that of the whole. */
type CopyDirection = (
  ...place: [part: GPUBuffer, whole: GPUBuffer, offset: number, size: number]
) => [from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, size: number];
const INTO_WHOLE: CopyDirection = (part, whole, offset, size) => [part, 0, whole, offset, size];
const OUT_OF_WHOLE: CopyDirection = (part, whole, offset, size) => [whole, offset, part, 0, size];

/** Workgroups that every device takes along an axis. */
const MOST_GROUPS = 65_535;

export class Gpu {
  readonly #backend: WebGPUBackend;
  readonly #made: Made;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#made = madeOn(backend);
  }

  /** A tensor of undefined content, for a shader to write all of. */
  empty(shape: readonly number[], dtype: DataType = "float32"): TensorInfo {
    const tensor = this.#backend.makeTensorInfo([...shape], dtype);
    this.#made.recorder?.made(tensor);
    return tensor;
  }

  /** The same tensor as a kernel's result: what a kernel changed in place, or only reshaped. */
  share({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
    this.#backend.incRef(dataId);
    return { dataId, dtype, shape: [...shape] };
  }

  /** A tensor of the same content in a buffer of its own, by a command of the queue. Four bytes an element. */
  copy(tensor: TensorInfo): TensorInfo {
    const copy = this.empty(tensor.shape, tensor.dtype);
    this.#copyParts([tensor], copy, INTO_WHOLE);
    return copy;
  }

  /** A tensor [elements] of the tensors' content, one after the other, by commands of the queue. Four bytes an element. */
  join(tensors: readonly TensorInfo[]): TensorInfo {
    const all = this.empty([tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0)]);
    this.#copyParts(tensors, all, INTO_WHOLE);
    return all;
  }

  /** Puts back into the tensors what `join` took from them, and was changed since. */
  part(all: TensorInfo, tensors: readonly TensorInfo[]): void {
    this.#copyParts(tensors, all, OUT_OF_WHOLE);
    for (const { dataId } of tensors) dropCopy(this.#backend, dataId);
  }

  #copyParts(parts: readonly TensorInfo[], all: TensorInfo, direction: CopyDirection): void {
    this.#made.recorder?.other();
    const whole = this.#buffer(all);
    const places = parts.map((part) => ({ buffer: this.#buffer(part), size: 4 * sizeOf(part) }));
    this.#backend.ensureCommandEncoderReady();
    this.#backend.endComputePassEncoder();
    const { commandEncoder } = internalsOf(this.#backend);
    let offset = 0;
    for (const { buffer, size } of places) {
      commandEncoder.copyBufferToBuffer(...direction(buffer, whole, offset, size));
      offset += size;
    }
  }

  /** Frees a tensor made by `empty` that is no result. */
  dispose({ dataId }: TensorInfo): void {
    this.#backend.disposeData(dataId);
  }

  /** Puts one dispatch into the queue. @throws RangeError for more workgroups along an axis than a device takes. */
  run(shader: Shader, { inputs, outputs, uniforms = {}, groups }: Dispatch): void {
    const backend = this.#backend;
    const internals = internalsOf(backend);
    const [x, y = 1, z = 1] = groups;
    if (x * y * z === 0) return; // nothing to compute: an output of no elements
    if (Math.max(x, y, z) > MOST_GROUPS) {
      throw new RangeError(
        `${shader.name} would need ${Math.max(x, y, z)} workgroups along an axis, a GPU takes ${MOST_GROUPS}: lower the batch`,
      );
    }

    const buffers = [...inputs, ...outputs].map((tensor) => this.#buffer(tensor));
    for (const { dataId } of outputs) dropCopy(backend, dataId);
    const { bindings, recorder } = this.#made;
    if (Object.keys(shader.uniforms).length > 0) {
      buffers.push(bindings.uniforms(uniformBytes(shader, uniforms)));
    }
    const pipeline = this.#pipeline(shader);
    const bindGroup = bindings.group(shader.name, pipeline, buffers);

    const pass = openPass(backend);
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(x, y, z);
    recorder?.dispatched({ pipeline, bindGroup, groups: [x, y, z] }, inputs, outputs);
    internals.dispatchCountInPass += 1;
    if (internals.dispatchCountInPass >= env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) {
      submit(backend);
    }
  }

  /**
   * Does the work, in a tidy, and notes its commands to be given again.
   * @param work  may keep no tensor that it makes.
   * @returns null where that would not do the same: the work used more than `empty`, `share`, `run` and `dispose`. It has
   *          been done nevertheless.
   */
  record(work: () => void): Recording | null {
    const recorder = new Recorder(this.#backend);
    this.#made.recorder = recorder;
    try {
      tidy(work);
    } catch (error) {
      recorder.finish()?.dispose();
      throw error;
    } finally {
      this.#made.recorder = null;
    }
    return recorder.finish();
  }

  /** Submits what is queued and waits until the device has done it; no values come back. */
  async done(): Promise<void> {
    submit(this.#backend);
    await this.#backend.queue.onSubmittedWorkDone();
  }

  /** A tensor's buffer, for a command about to be queued. */
  #buffer({ dataId }: TensorInfo): GPUBuffer {
    this.#backend.uploadToGPU(dataId);
    internalsOf(this.#backend).commandQueueOwnedIds.add(dataId);
    return this.#backend.tensorMap.get(dataId).resource as GPUBuffer;
  }

  #pipeline(shader: Shader): GPUComputePipeline {
    const { byShader, byText } = this.#made;
    const found = byShader.get(shader);
    if (found !== undefined) return found;
    const code = shaderText(shader);
    const pipeline = byText.get(code) ?? compile(this.#backend.device, shader.name, code);
    byText.set(code, pipeline);
    byShader.set(shader, pipeline);
    return pipeline;
  }
}

function madeOn(backend: WebGPUBackend): Made {
  const { device, bufferManager } = backend;
  let known = made.get(device);
  if (known === undefined) {
    known = {
      byShader: new WeakMap(),
      byText: new Map(),
      bindings: new Bindings(device),
      recorder: null,
    };
    made.set(device, known);
    steadyPool(bufferManager);
    smallUploads(backend);
  }
  return known;
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
