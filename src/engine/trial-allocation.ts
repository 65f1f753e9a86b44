/**
 * Takes memory from the current backend and gives it back at once: browsers do not tell how much a device has, so the only way to know is to ask.
 * Nothing is written to it. A system that promises more than it has may therefore still refuse later.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { megabytes } from "../core/megabytes";
import type { Buffers } from "../core/models/memory";
import { HeapFullError, type WasmHeap, wasmHeap } from "./wasm-heap";

/** Tries to hold buffers of these sizes, in bytes, all at once. Answers why they cannot be had, or null if they can. */
export type TryAllocation = (sizes: readonly number[]) => Promise<string | null>;

export const tryAllocation: TryAllocation = (sizes) => {
  switch (tf.getBackend()) {
    case "webgpu":
      return tryOnGpu((tf.backend() as WebGPUBackend).device, sizes);
    case "wasm":
      return tryOnHeap(wasmHeap(), sizes);
    default:
      return tryArrays(sizes);
  }
};

export interface Refusal {
  /** Bytes that were asked for. */
  readonly total: number;
  readonly reason: string;
}

export interface Halved {
  /** As many as asked, or halved until they fit. */
  readonly count: number;
  /** Why it is fewer than asked; null if it is not. */
  readonly refused: Refusal | null;
  /** Why not even the fewest fit; null if `count` do. */
  readonly shortage: Refusal | null;
}

/** Tries how many of something the device has room for. @param buffersOf  what so many take. */
export async function halvedUntilFits(
  asked: number,
  fewest: number,
  buffersOf: (count: number) => Buffers,
  attempt: TryAllocation,
): Promise<Halved> {
  let refused: Refusal | null = null;
  for (let count = asked; ; count = Math.max(fewest, Math.floor(count / 2))) {
    const { sizes, total } = buffersOf(count);
    const reason = await attempt(sizes);
    if (reason === null) return { count, refused, shortage: null };
    refused ??= { total, reason };
    if (count <= fewest) return { count, refused, shortage: { total, reason } };
  }
}

/** On this device, each buffer as a shader would bind it. */
export async function tryOnGpu(
  device: GPUDevice,
  sizes: readonly number[],
): Promise<string | null> {
  const { maxStorageBufferBindingSize: most } = device.limits;
  const tooLarge = sizes.find((size) => size > most);
  if (tooLarge !== undefined) {
    return `a shader of this GPU takes buffers of ${megabytes(most)} at most, and one of ${megabytes(tooLarge)} is needed`;
  }
  const buffers: GPUBuffer[] = [];
  try {
    for (const size of sizes) {
      device.pushErrorScope("validation");
      device.pushErrorScope("out-of-memory");
      // Sizes of storage buffers are multiples of 4.
      const rounded = 4 * Math.ceil(size / 4);
      buffers.push(device.createBuffer({ size: rounded, usage: GPUBufferUsage.STORAGE }));
      const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      const error = errors.find((found) => found !== null);
      if (error) return error.message.split("\n")[0]!;
    }
    return null;
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}

/** The heap grows for it, and stays so large; pages that nothing was written to cost no memory. */
async function tryOnHeap(heap: WasmHeap, sizes: readonly number[]): Promise<string | null> {
  const pointers: number[] = [];
  try {
    for (const size of sizes) pointers.push(heap._malloc(size));
    return null;
  } catch (error) {
    if (error instanceof HeapFullError) return "the heap does not grow any further";
    throw error;
  } finally {
    for (const pointer of pointers) heap._free(pointer);
  }
}

async function tryArrays(sizes: readonly number[]): Promise<string | null> {
  try {
    sizes.map((size) => new ArrayBuffer(size)); // all are held until the last is had
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
