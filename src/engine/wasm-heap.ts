/**
 * The heap that tfjs-backend-wasm (4.22.0, pinned) holds its tensors on, by the names that Emscripten gives it. A full one answers with the null
 * pointer, which tfjs takes for an address: kernels then write over the bottom of the memory, and results are wrong without an error.
 */
import * as tf from "@tensorflow/tfjs-core";
import { megabytes } from "../core/megabytes";

export interface WasmHeap {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** That of the current backend, which must be wasm. */
export function wasmHeap(): WasmHeap {
  return (tf.backend() as unknown as { readonly wasm: WasmHeap }).wasm;
}

/** What Emscripten lets a heap grow to: what WebAssembly can address, but for a page. */
const MOST = 2 ** 32 - 2 ** 16;

export class HeapFullError extends RangeError {
  override readonly name = "HeapFullError";
}

/** XNNPACK's word for it, in tfjs's warning. */
const NO_ROOM = /^XNN status .* is not successful\. Got status 6\b/;

/**
 * Loads tfjs-backend-wasm so that its kernels' own warnings are heard. A product copies its weights; without room for the copy tfjs only prints a warning,
 * and the result is whatever the memory held.
 * @param load  starts the backend: Emscripten takes `console.warn` as it is then, for good.
 */
export async function hearingKernels<T>(load: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    if (NO_ROOM.test(String(words[0]))) throw heapFull("a kernel's copy of its weights");
    warn(...words);
  };
  try {
    return await load();
  } finally {
    console.warn = warn;
  }
}

const guarded = new WeakSet<WasmHeap>();

/**
 * From then on a full heap throws a HeapFullError, before anything is written. Near 4 GB Emscripten's allocator gives out memory that ends beyond the
 * heap, and marks it where the address comes to after it has wrapped around; so it is not asked for more than can be there, and its answer is checked.
 */
export function guardHeap(heap: WasmHeap): void {
  if (guarded.has(heap)) return;
  guarded.add(heap);
  heap._free(heap._malloc(1)); // Emscripten puts the real function in place at its first call
  const [allocate, free] = [heap._malloc.bind(heap), heap._free.bind(heap)];
  const sizes = new Map<number, number>();
  let held = 0;
  heap._malloc = (bytes) => {
    const pointer = held + bytes <= MOST ? allocate(bytes) : 0;
    const isWithin = pointer !== 0 && (pointer >>> 0) + bytes <= heap.HEAPU8.length;
    if (!isWithin && bytes > 0) throw heapFull(`${megabytes(bytes)} more`);
    sizes.set(pointer >>> 0, bytes); // above 2 GB Emscripten's addresses are negative, tfjs's are not
    held += bytes;
    return pointer;
  };
  heap._free = (pointer) => {
    held -= sizes.get(pointer >>> 0) ?? 0;
    sizes.delete(pointer >>> 0);
    free(pointer);
  };
}

function heapFull(what: string): HeapFullError {
  return new HeapFullError(
    `WebAssembly's heap is out of memory: it has no room for ${what}. Take fewer or shorter texts, a smaller model or a GPU`,
  );
}
