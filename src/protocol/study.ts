import type { Corpus } from "../core/corpus/corpus";
import type { StudyReport } from "../core/format/report";
import type { StudyConfig } from "../core/study/config";
import type { StudyEvent } from "../core/study/events";

/** Where the static assets lie: absolute addresses, since a worker's own address differs from the page's. */
export interface AssetUrls {
  readonly demoModel: string;
  readonly encoder: string;
  readonly wasm: string;
  /** The runtime of ONNX encoders. */
  readonly onnx: string;
}

export interface DeviceInfo {
  readonly backend: "webgpu" | "wasm" | "cpu";
  /** The GPU as the browser names it, or the threads: "nvidia ampere", "4 threads". */
  readonly description: string;
  /** Why nothing faster was taken; empty where there is nothing faster. */
  readonly reasons: readonly string[];
}

/** What happened since the last batch. `at` is the time in ms since the epoch. */
export interface EventBatch {
  readonly at: number;
  readonly events: readonly StudyEvent[];
}

export interface RunParams {
  readonly runId: string;
  readonly config: StudyConfig;
  readonly corpus: Corpus;
  /** For a chat API; held in memory, never stored. */
  readonly apiKey: string | null;
}

/** What the study's worker can be asked; workers/trainer.ts answers. It stores events, answers, adapters and the report itself. */
export type StudyContract = {
  start: { params: { assets: AssetUrls }; progress: never; result: DeviceInfo };
  runStudy: { params: RunParams; progress: EventBatch; result: { report: StudyReport } };
};
