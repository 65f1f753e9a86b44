/** The study's worker: where it comes from, and where it finds its files. */
import { type Client, connect } from "../protocol/rpc";
import type { AssetUrls, StudyContract } from "../protocol/study";

export interface TrainerWorker {
  readonly client: Client<StudyContract>;
  /** Ends the worker at once, whatever it does. Open calls are left without a reply. */
  terminate(): void;
}

export function startTrainer(): TrainerWorker {
  const worker = new Worker(new URL("../../workers/trainer.ts", import.meta.url), {
    type: "module",
    name: "steadfast-trainer",
  });
  return { client: connect<StudyContract>(worker), terminate: () => worker.terminate() };
}

/** Assets lie beside the page, wherever it is served from. */
export function assetUrls(base = document.baseURI): AssetUrls {
  const at = (path: string) => new URL(path, base).href;
  return { demoModel: at("demo/model/"), encoder: at("encoder/"), wasm: at("wasm/") };
}
