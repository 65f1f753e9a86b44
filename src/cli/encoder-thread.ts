/** USE-lite in a thread of its own: it needs tfjs's wasm backend while the policy uses another. Started by `threadedUseLite`. */
import { type MessagePort, workerData } from "node:worker_threads";
import { loadUseLite, type SentenceEncoder } from "../engine/encoder/encoder";
import { serve } from "../protocol/rpc";
import { startWasm } from "./backend";
import { useLiteFiles } from "./encoder-files";
import type { EncoderThreadContract } from "./threaded-encoder";

let encoder: SentenceEncoder | null = null;
const { port } = workerData as { readonly port: MessagePort };

serve<EncoderThreadContract>(port as unknown as globalThis.MessagePort, {
  async load() {
    await startWasm();
    encoder ??= await loadUseLite(useLiteFiles());
    return { name: encoder.name, revision: encoder.revision };
  },
  async embed({ texts }, { signal, progress, transfer }) {
    if (encoder === null) throw new Error("the sentence encoder isn't loaded: call load first");
    const onProgress = (done: number, total: number) => progress({ done, total });
    const vectors = await encoder.embed(texts, { signal, onProgress });
    transfer.push(...vectors.map(({ buffer }) => buffer));
    return vectors;
  },
});
