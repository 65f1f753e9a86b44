/** A throwaway: starts wasm with threads and multiplies on them. Where that hangs, whoever waits for it ends it. */
import * as tf from "@tensorflow/tfjs-core";
import { startBackend } from "../src/engine/backend";
import type { WasmThreadsContract } from "../src/protocol/wasm-threads";
import { serve } from "../src/protocol/rpc";

const SIZE = 256; // enough for every thread to get a part

// The DOM's types take `self` for a window.
serve<WasmThreadsContract>(self as unknown as Pick<Worker, "addEventListener" | "postMessage">, {
  async tryThreads({ wasm, threads }) {
    const { device } = await startBackend("wasm", { wasmPath: wasm, wasmThreads: threads });
    const ones = tf.ones<tf.Rank.R2>([SIZE, SIZE]);
    const product = await tf.matMul(ones, ones).data();
    if (product.some((value) => value !== SIZE)) throw new Error(`${device} multiply wrongly`);
    return null;
  },
});
