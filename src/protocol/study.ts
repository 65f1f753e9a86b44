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
  /** Under which the run is written; null where no other tab can take it over. */
  readonly lease: { readonly name: string; readonly token: string } | null;
  readonly config: StudyConfig;
  readonly corpus: Corpus;
  /** For a chat API; held in memory, never stored. */
  readonly apiKey: string | null;
  /** What made a run go on by itself, for its log; null where a person started it or let it go on. */
  readonly note: string | null;
}

/** What a run tells: the next batch, or, where it goes on, the batches that take the place of all before. */
export type RunProgress = EventBatch | { readonly kept: readonly EventBatch[] };

/**
 * What the study's worker can be asked; workers/trainer.ts answers. It stores events, answers, adapters, checkpoints and
 * the report itself, and a run goes on from what is stored of it. `runStudy` fails with the code "PausedError" once
 * `pause` has been heeded, and with "DeviceLostError" where the GPU is gone, and this worker with it.
 */
export type StudyContract = {
  start: { params: { assets: AssetUrls }; progress: never; result: DeviceInfo };
  runStudy: { params: RunParams; progress: RunProgress; result: { report: StudyReport } };
  pause: { params: null; progress: never; result: null };
};
