/** What workers/wasm-threads.ts answers. */
export type WasmThreadsContract = {
  /** Resolves once wasm has computed on that many threads. `wasm`: the address of the binaries. */
  tryThreads: { params: { wasm: string; threads: number }; progress: never; result: null };
};
