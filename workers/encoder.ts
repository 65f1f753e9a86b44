/** Serves the sentence encoder from a thread of its own: it needs tfjs's wasm backend while a policy uses webgpu. */
import { startBackend } from "../src/engine/backend";
import { loadUseLite, type SentenceEncoder } from "../src/engine/encoder/encoder";
import { fetchFiles } from "../src/engine/encoder/fetch-files";
import { ENCODER_BYTES } from "../src/engine/encoder/files";
import type { EncoderContract } from "../src/protocol/encoder";
import { serve } from "../src/protocol/rpc";

const REPORT_EVERY_MS = 100;

// The DOM's types take `self` for a window.
const scope = self as unknown as Pick<Worker, "addEventListener" | "postMessage">;
let encoder: SentenceEncoder | null = null;

serve<EncoderContract>(scope, {
  async load({ encoderUrl, wasmUrl }, { signal, progress }) {
    await startBackend("wasm", { wasmPath: wasmUrl });
    const report = seldom(progress);
    const total = ENCODER_BYTES;
    const onProgress = (loaded: number) => report({ loaded, total }, loaded === total);
    const loaded = await loadUseLite(fetchFiles(encoderUrl, { signal, onProgress }));
    encoder?.dispose();
    encoder = loaded;
    return { name: loaded.name, revision: loaded.revision };
  },

  async embed({ texts }, { signal, progress, transfer }) {
    if (encoder === null) throw new Error("the sentence encoder isn't loaded: call load first");
    const report = seldom(progress);
    const onProgress = (done: number, total: number) => report({ done, total }, done === total);
    const vectors = await encoder.embed(texts, { signal, onProgress });
    transfer.push(...vectors.map(({ buffer }) => buffer));
    return vectors;
  },
});

/** Passes on a value at most 10 times a second, and the last one always. */
function seldom<T>(report: (value: T) => void): (value: T, isLast: boolean) => void {
  let due = 0;
  return (value, isLast) => {
    const now = performance.now();
    if (now < due && !isLast) return;
    due = now + REPORT_EVERY_MS;
    report(value);
  };
}
