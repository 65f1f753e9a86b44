/** A heap of WebAssembly that is nearly full, for tests of what happens then. */
import { wasmHeap } from "../src/engine/wasm-heap";

const taken: number[] = [];

/** Takes all of the current backend's heap but one hole of so many bytes, and crumbs. */
export function fillHeap(hole: number): void {
  const left = wasmHeap()._malloc(hole);
  for (let size = 2 ** 26; size >= 2 ** 10; size /= 4) {
    for (let at = allocated(size); at !== null; at = allocated(size)) taken.push(at);
  }
  wasmHeap()._free(left);
}

export function releaseHeap(): void {
  for (const at of taken.splice(0)) wasmHeap()._free(at);
}

function allocated(size: number): number | null {
  try {
    return wasmHeap()._malloc(size);
  } catch {
    return null;
  }
}
