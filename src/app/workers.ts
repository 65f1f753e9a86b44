/** The workers: where they come from, and where they find their files. */
import type { ChatContract } from "../protocol/chat";
import type { CompareMethodsContract } from "../protocol/compare-methods";
import type { ImportContract } from "../protocol/import";
import type { ModelsContract } from "../protocol/models";
import { type Client, connect } from "../protocol/rpc";
import type { SelfTestContract, SelfTestUrls } from "../protocol/self-test";
import type { StatisticsContract } from "../protocol/statistics";
import type { AssetUrls, StudyContract } from "../protocol/study";
import type { VerifyContract } from "../protocol/verify";

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

export function startChat(): Client<ChatContract> {
  const worker = new Worker(new URL("../../workers/chat.ts", import.meta.url), {
    type: "module",
    name: "steadfast-chat",
  });
  return connect<ChatContract>(worker);
}

export interface ImportWorker {
  readonly client: Client<ImportContract>;
  terminate(): void;
}

export function startImport(): ImportWorker {
  const worker = new Worker(new URL("../../workers/import.ts", import.meta.url), {
    type: "module",
    name: "steadfast-import",
  });
  return { client: connect<ImportContract>(worker), terminate: () => worker.terminate() };
}

export function startModels(): Client<ModelsContract> {
  const worker = new Worker(new URL("../../workers/models.ts", import.meta.url), {
    type: "module",
    name: "steadfast-models",
  });
  return connect<ModelsContract>(worker);
}

export interface SelfTestWorker {
  readonly client: Client<SelfTestContract>;
  terminate(): void;
}

export function startSelfTest(): SelfTestWorker {
  const worker = new Worker(new URL("../../workers/self-test.ts", import.meta.url), {
    type: "module",
    name: "steadfast-self-test",
  });
  return { client: connect<SelfTestContract>(worker), terminate: () => worker.terminate() };
}

export interface VerifyWorker {
  readonly client: Client<VerifyContract>;
  terminate(): void;
}

export function startVerify(): VerifyWorker {
  const worker = new Worker(new URL("../../workers/verify.ts", import.meta.url), {
    type: "module",
    name: "steadfast-verify",
  });
  return { client: connect<VerifyContract>(worker), terminate: () => worker.terminate() };
}

export interface CompareMethodsWorker {
  readonly client: Client<CompareMethodsContract>;
  terminate(): void;
}

export function startCompareMethods(): CompareMethodsWorker {
  const worker = new Worker(new URL("../../workers/compare-methods.ts", import.meta.url), {
    type: "module",
    name: "steadfast-compare-methods",
  });
  return { client: connect<CompareMethodsContract>(worker), terminate: () => worker.terminate() };
}

export function selfTestUrls(base = document.baseURI): SelfTestUrls {
  const { demoModel, wasm } = assetUrls(base);
  return { demoModel, wasm, golden: new URL("golden/", base).href };
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
