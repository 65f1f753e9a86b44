/** The workers: where they come from, and where they find their files. */
import { type Client, connect } from "../protocol/rpc";
import type { StatisticsContract } from "../protocol/statistics";
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

export function startStatistics(): Client<StatisticsContract> {
  const worker = new Worker(new URL("../../workers/statistics.ts", import.meta.url), {
    type: "module",
    name: "steadfast-statistics",
  });
  return connect<StatisticsContract>(worker);
}

/** Assets lie beside the page, wherever it is served from. */
export function assetUrls(base = document.baseURI): AssetUrls {
  const at = (path: string) => new URL(path, base).href;
  return {
    demoModel: at("demo/model/"),
    encoder: at("encoder/"),
    wasm: at("wasm/"),
    onnx: at("onnx/"),
  };
}
