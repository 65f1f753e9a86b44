/** Runs studies off the page's thread: owns the GPU, and gives `runStudy` its engine, storage and clients. */
import { chatModel } from "../src/clients/chat";
import { recordedAnswers } from "../src/clients/recorded";
import type { Question } from "../src/core/corpus/corpus";
import type { Encoder } from "../src/core/encode/encoder";
import type { Aligned } from "../src/core/study/ports";
import type { SweepPoint } from "../src/core/study/sweep-point";
import { sweepTemperatures } from "../src/core/study/temperature-sweep";
import { type RemeasureStage, remeasure } from "../src/core/study/remeasure";
import { chooseBackend } from "../src/engine/backend";
import {
  type AskedModel,
  answersNeed,
  sayingWhatRanOut,
  studyNeeds,
} from "../src/engine/out-of-memory";
import type { OnnxPolicy } from "../src/engine/onnx-policy";
import { Gpt2Policy } from "../src/engine/policy";
import { loadTarget } from "../src/engine/target";
import { whileAsked } from "../src/engine/while-asked";
import { serve } from "../src/protocol/rpc";
import type { AssetUrls, RunParams, StudyContract } from "../src/protocol/study";
import { type Database, openDatabase } from "../src/storage/db";
import { databaseReplies } from "../src/storage/replies";
import { EncoderWorker } from "./encoder-client";
import { mergedWeights } from "./merged-weights";
import { openTarget } from "./target";
import { seldom } from "./seldom";
import { runStoredStudy } from "./stored-study";
import { writeTexts } from "./write-texts";
import { tryThreads } from "./try-threads";

// The DOM's types take `self` for a window.
const scope = self as unknown as Pick<Worker, "addEventListener" | "postMessage">;

interface Started {
  readonly assets: AssetUrls;
  readonly encoder: EncoderWorker;
}
let started: Started | null = null;
/** Of the run that goes on. */
let pausing = new AbortController();
/** For replies of an API; opened with the first study that asks one. */
let database: Promise<Database> | null = null;
let loaded: { readonly target: string; readonly policy: Gpt2Policy | OnnxPolicy } | null = null;

serve<StudyContract>(scope, {
  async start({ assets }) {
    const { kind, device, reasons } = await chooseBackend({ wasmPath: assets.wasm }, () =>
      tryThreads(assets.wasm),
    );
    started ??= { assets, encoder: new EncoderWorker(assets) };
    return { backend: kind, description: device, reasons };
  },

  async runStudy(params, { signal, progress }) {
    const { config, corpus } = params;
    pausing = new AbortController();
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const aligned = await openAligned(params);
    const policy = await targetOf(config.target, started.assets, signal);
    const encoder: Encoder = await started.encoder.load(config, signal);
    const ports = { policy, aligned, encoder };
    const call = { signal, pause: pausing.signal, progress };
    const work = runStoredStudy(params, ports, call);
    if (!(policy instanceof Gpt2Policy)) return { report: await work };
    const needs = studyNeeds({ model: policy.config, config, corpus });
    return { report: await sayingWhatRanOut(work, needs) };
  },

  async sweep({ config, questions, adapter, temperatures }, { signal, progress }) {
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const policy = await targetOf(config.target, started.assets, signal);
    await policy.useAdapter(adapter);
    const encoder = await started.encoder.load(config, signal);
    const points: SweepPoint[] = [];
    const hooks = {
      onProgress: (done: number, total: number) => progress({ done, total, points: [...points] }),
      onPoint: (point: SweepPoint) => void points.push(point),
    };
    const ports = { policy, encoder };
    const { maxNewTokens } = config.sampling;
    return whileAsked(
      policy,
      (signal) => sweepTemperatures(questions, temperatures, ports, config, { ...hooks, signal }),
      { signal, needs: (model) => answersNeed(model, wordingsOf(questions), maxNewTokens) },
    );
  },

  async remeasure({ config, questions, answers, again, inference: choice }, call) {
    const { signal, progress } = call;
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const { encoder: thread, assets } = started;
    progress({ stage: "loading", done: 0, total: 1 });
    const policy = again ? await targetOf(config.target, assets, signal) : null;
    await policy?.useAdapter(again?.adapter ?? null);
    const encoder = await thread.load(config, signal);
    const inference = choice ? await thread.loadInference(choice, signal) : null;
    const ports = { policy, encoder, inference };
    const report = seldom(progress);
    const onProgress = (stage: RemeasureStage, done: number, total: number) =>
      report({ stage, done, total }, false);
    const measuring = (signal: AbortSignal) =>
      remeasure(questions, answers, ports, config, { signal, onProgress });
    const { maxNewTokens } = config.sampling;
    const needs = (model: AskedModel) => answersNeed(model, wordingsOf(questions), maxNewTokens);
    const measured = await (policy
      ? whileAsked(policy, measuring, { signal, needs })
      : measuring(signal));
    const { name, revision } = inference ?? {};
    return { ...measured, inference: name && revision ? { name, revision } : null };
  },

  async merge({ target, adapter }, { signal, transfer }) {
    if (started === null) throw new Error("the study's worker is not started: call start first");
    forgetTarget(); // its weights are not changed, and there need be no room for two
    const files = await openTarget(target, started.assets.demoModel, signal);
    const weights = await mergedWeights(files, adapter);
    transfer.push(weights.buffer);
    return weights;
  },

  async write({ target, prompts, sampling }, { signal, progress }) {
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const policy = await targetOf(target, started.assets, signal);
    await policy.useAdapter(null);
    const report = seldom(progress);
    const onProgress = (done: number, total: number) => report({ done, total }, done === total);
    return whileAsked(
      policy,
      (signal) => writeTexts(policy, prompts, sampling, { signal, onProgress }),
      { signal, needs: (model) => answersNeed(model, prompts.length, sampling.maxNewTokens) },
    );
  },

  async embed({ choice, texts }, { signal }) {
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const encoder = await started.encoder.load(choice, signal);
    const vectors = texts.length === 0 ? [] : await encoder.embed(texts, { signal });
    return { name: encoder.name, revision: encoder.revision, vectors };
  },

  async pause() {
    pausing.abort();
    return null;
  },
});

const wordingsOf = (questions: readonly Question[]) =>
  questions.reduce((sum, { paraphrases }) => sum + paraphrases.length, 0);

/** The model stays on the device between runs. */
async function targetOf(
  target: string,
  assets: AssetUrls,
  signal: AbortSignal,
): Promise<Gpt2Policy | OnnxPolicy> {
  if (loaded?.target !== target) {
    const files = await openTarget(target, assets.demoModel, signal);
    forgetTarget();
    loaded = { target, policy: await loadTarget(files, assets.onnx) };
  }
  return loaded.policy;
}

function forgetTarget(): void {
  loaded?.policy.dispose();
  loaded = null;
}

/** The database stays open as long as the worker. */
async function openAligned({ runId, config, corpus, apiKey }: RunParams): Promise<Aligned> {
  const { aligned } = config;
  if (aligned.kind === "recorded") return recordedAnswers(corpus);
  const replies = databaseReplies(await (database ??= openDatabase()));
  return chatModel(aligned, apiKey, { replies, payer: `run:${runId}` });
}
