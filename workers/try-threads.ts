/** How many wasm threads really start here: only a page that is cross-origin isolated has any, and not every host serves them. */
import type { WasmThreads } from "../src/engine/backend";
import { connect } from "../src/protocol/rpc";
import type { WasmThreadsContract } from "../src/protocol/wasm-threads";
import { messageOf } from "../src/core/message-of";

/** Refused scripts leave tfjs waiting for its threads for ever. */
const LIMIT_MS = 8_000;
/** Beyond it, memory is what a product waits for. */
const MOST = 8;

/** @param wasm  address of the folder of the binaries, ending in "/". */
export async function tryThreads(wasm: string): Promise<WasmThreads> {
  const cores = navigator.hardwareConcurrency;
  const threads = Math.min(MOST, Math.max(2, Math.floor(cores / 2))); // half of them may be a core's second thread
  if (!self.crossOriginIsolated) {
    const reason =
      "WebAssembly runs on one thread: the page is not cross-origin isolated, so threads cannot share memory (docs/gpu.md says which headers a host sends for it)";
    return { threads: 1, reason };
  }
  if (cores < 2) return { threads: 1, reason: "WebAssembly runs on one thread: there is one core" };
  const worker = new Worker(new URL("./wasm-threads.ts", import.meta.url), { type: "module" });
  try {
    await within(
      LIMIT_MS,
      connect<WasmThreadsContract>(worker).call("tryThreads", { wasm, threads }),
    );
    return { threads, reason: null };
  } catch (error) {
    const said = messageOf(error);
    return { threads: 1, reason: `WebAssembly runs on one thread: more did not start (${said})` };
  } finally {
    worker.terminate(); // and with it the threads it started
  }
}

async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
