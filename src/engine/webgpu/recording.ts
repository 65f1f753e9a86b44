/**
 * Commands that a piece of work gave the device, to be given again: the same pipelines on the same buffers, without what tfjs
 * does around each, which takes the host four times as long as the commands themselves do.
 */
import type { DataId, TensorInfo } from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { dropCopy, openPass, submit, tensorsMade } from "./internals";

export interface Command {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** Workgroups along each axis. */
  readonly groups: readonly [x: number, y: number, z: number];
}

/**
 * What `Gpu.record` returns. It owns the buffers of the tensors that the work made, so that whatever runs between two
 * replays cannot be given one of them; the tensors that the work was given must outlive it.
 */
export class Recording {
  readonly #backend: WebGPUBackend;
  readonly #commands: readonly Command[];
  readonly #written: readonly DataId[];
  #buffers: readonly GPUBuffer[];

  /**
   * @param written  tensors from before that the commands change.
   * @param buffers  of tfjs's pool, to go back there in the end.
   */
  constructor(
    backend: WebGPUBackend,
    commands: readonly Command[],
    written: readonly DataId[],
    buffers: readonly GPUBuffer[],
  ) {
    this.#backend = backend;
    this.#commands = commands;
    this.#written = written;
    this.#buffers = buffers;
  }

  /** Does the work once more. Its commands are submitted at once, after all that was queued before. */
  replay(): void {
    for (const dataId of this.#written) dropCopy(this.#backend, dataId);
    const pass = openPass(this.#backend);
    for (const { pipeline, bindGroup, groups } of this.#commands) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...groups);
    }
    submit(this.#backend);
  }

  /** Its commands have all been submitted, so that others may have the buffers. */
  dispose(): void {
    for (const buffer of this.#buffers) this.#backend.bufferManager.releaseBuffer(buffer);
    this.#buffers = [];
  }
}

/** Notes what `Gpu` does while a piece of work runs. */
export class Recorder {
  readonly #backend: WebGPUBackend;
  readonly #before: number;
  readonly #made = new Set<DataId>();
  readonly #commands: Command[] = [];
  readonly #written = new Set<DataId>();
  readonly #buffers = new Set<GPUBuffer>();
  #repeatable = true;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#before = tensorsMade(backend);
  }

  /** A tensor that the work made for a shader to write. */
  made({ dataId }: TensorInfo): void {
    this.#made.add(dataId);
  }

  /** A dispatch; the tensors have their buffers. */
  dispatched(
    command: Command,
    inputs: readonly TensorInfo[],
    outputs: readonly TensorInfo[],
  ): void {
    this.#commands.push(command);
    for (const { dataId } of [...inputs, ...outputs]) {
      if (this.#made.has(dataId)) this.#own(dataId);
    }
    for (const { dataId } of outputs) {
      if (!this.#made.has(dataId)) this.#written.add(dataId);
    }
  }

  /** A command of another kind, which a recording cannot give again. */
  other(): void {
    this.#repeatable = false;
  }

  /**
   * To be called when the work's tensors are disposed of.
   * @returns null if the work did more than a replay would do again: what tfjs's own kernels compute and what is sent to the
   *          device comes in tensors that `Gpu` did not make.
   */
  finish(): Recording | null {
    submit(this.#backend);
    const { length } = this.#commands;
    const own = tensorsMade(this.#backend) - this.#before === this.#made.size;
    const recording = new Recording(
      this.#backend,
      this.#commands,
      [...this.#written],
      [...this.#buffers],
    );
    if (this.#repeatable && own && length > 0) return recording;
    recording.dispose();
    return null;
  }

  /** From now on tfjs lets go of the tensor's buffer without giving it to its pool. */
  #own(dataId: DataId): void {
    const data = this.#backend.tensorMap.get(dataId);
    data.external = true;
    this.#buffers.add(data.resource as GPUBuffer);
  }
}
