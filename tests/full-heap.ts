/** A heap of WebAssembly that is nearly full, for tests of what happens then. */
import * as tf from "@tensorflow/tfjs-core";
import type { WasmHeap } from "../src/engine/wasm-heap";

const taken: number[] = [];
const heap = () => (tf.backend() as unknown as { readonly wasm: WasmHeap }).wasm;

/** Takes all of the current backend's heap but one hole of so many bytes, and crumbs. */
export function fillHeap(hole: number): void {
  const left = heap()._malloc(hole);
  for (let size = 2 ** 26; size >= 2 ** 10; size /= 4) {
    for (let at = allocated(size); at !== null; at = allocated(size)) taken.push(at);
  }
  heap()._free(left);
}

export function releaseHeap(): void {
  for (const at of taken.splice(0)) heap()._free(at);
}

function allocated(size: number): number | null {
  try {
    return heap()._malloc(size);
  } catch {
    return null;
  }
}
