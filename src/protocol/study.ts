import type { AdapterWeights } from "../core/adapter/peft";
import type { Corpus, Question } from "../core/corpus/corpus";
import type { Answer } from "../core/answers/answer";
import type { RemeasuredAnswers, RemeasureStage } from "../core/study/remeasure";
import type { EncoderChoice, InferenceChoice } from "./encoder";
import type { StudyReport } from "../core/format/report";
import type { Sampling, StudyConfig } from "../core/study/config";
import type { StudyEvent } from "../core/study/events";
import type { SeededPrompt } from "../core/study/ports";
import type { SweepPoint } from "../core/study/sweep-point";

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

export interface SweepParams {
  readonly config: StudyConfig;
  readonly questions: readonly Question[];
  /** On top of the config's target; null for the target as it is. */
  readonly adapter: AdapterWeights | null;
  readonly temperatures: readonly number[];
}

/** Answers so far over all temperatures, and the temperatures that are done. */
export interface SweepProgress {
  readonly done: number;
  readonly total: number;
  readonly points: readonly SweepPoint[];
}

export interface RemeasureParams {
  readonly config: StudyConfig;
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
  /** Whom to ask again: the config's target with an adapter on top, or null as it is. Absent: nobody. */
  readonly again?: { readonly adapter: AdapterWeights | null };
  /** What tells contradictions; absent where none is to. */
  readonly inference?: InferenceChoice;
}

export interface RemeasureProgress {
  readonly stage: "loading" | RemeasureStage;
  readonly done: number;
  readonly total: number;
}

export interface Remeasured extends RemeasuredAnswers {
  /** What told contradictions. */
  readonly inference: { readonly name: string; readonly revision: string } | null;
}

export interface NamedPrompt extends SeededPrompt {
  /** For messages: "the prompt for the paraphrase of question 7". */
  readonly name: string;
}

export interface WriteParams {
  readonly target: string;
  readonly prompts: readonly NamedPrompt[];
  readonly sampling: Sampling;
}

/** Vectors of texts, and by which encoder. */
export interface Embedded {
  readonly name: string;
  readonly revision: string;
  readonly vectors: readonly Float32Array[];
}

/**
 * What the study's worker can be asked; workers/trainer.ts answers. It stores events, answers, adapters, checkpoints and
 * the report itself, and a run goes on from what is stored of it. `runStudy` fails with the code "PausedError" once
 * `pause` has been heeded, and with "DeviceLostError" where the GPU is gone, and this worker with it.
 */
export type StudyContract = {
  start: { params: { assets: AssetUrls }; progress: never; result: DeviceInfo };
  runStudy: { params: RunParams; progress: RunProgress; result: { report: StudyReport } };
  /** Measures of stored answers that an evaluation leaves out. Not while a study runs. */
  remeasure: { params: RemeasureParams; progress: RemeasureProgress; result: Remeasured };
  /** A target's weights with an adapter folded in, as a safetensors file of float32. Not while a study runs. */
  merge: {
    params: { target: string; adapter: AdapterWeights };
    progress: never;
    result: Uint8Array<ArrayBuffer>;
  };
  /** What a target, as it is, goes on with after prompts; it fails before the first where one does not fit. Not while a study runs. */
  write: {
    params: WriteParams;
    progress: { done: number; total: number };
    result: readonly string[];
  };
  /** No texts at all only load the encoder, and tell which it is. Not while a study runs. */
  embed: {
    params: { choice: EncoderChoice; texts: readonly string[] };
    progress: never;
    result: Embedded;
  };
  pause: { params: null; progress: never; result: null };
  /** Not while a study runs: they would share the target and its adapter. */
  sweep: { params: SweepParams; progress: SweepProgress; result: readonly SweepPoint[] };
};
