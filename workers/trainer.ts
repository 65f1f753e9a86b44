/** Runs studies off the page's thread: owns the GPU, and gives `runStudy` its engine, storage and clients. */
import { chatModel } from "../src/clients/chat";
import { recordedAnswers } from "../src/clients/recorded";
import type { Encoder } from "../src/core/encode/encoder";
import type { Aligned } from "../src/core/study/ports";
import { type BackendKind, chooseBackend } from "../src/engine/backend";
import { isOutOfMemory, outOfMemory } from "../src/engine/out-of-memory";
import { type Gpt2Policy, loadPolicy } from "../src/engine/policy";
import { serve } from "../src/protocol/rpc";
import type { AssetUrls, RunParams, StudyContract } from "../src/protocol/study";
import { type Database, openDatabase } from "../src/storage/db";
import { databaseReplies } from "../src/storage/replies";
import { EncoderWorker } from "./encoder-client";
import { openTarget } from "./target";
import { runStoredStudy } from "./stored-study";
import { tryThreads } from "./try-threads";

// The DOM's types take `self` for a window.
const scope = self as unknown as Pick<Worker, "addEventListener" | "postMessage">;

interface Started {
  readonly backend: BackendKind;
  readonly assets: AssetUrls;
  readonly encoder: EncoderWorker;
}
let started: Started | null = null;
/** Of the run that goes on. */
let pausing = new AbortController();
/** For replies of an API; opened with the first study that asks one. */
let database: Promise<Database> | null = null;
let loaded: { readonly target: string; readonly policy: Gpt2Policy } | null = null;

serve<StudyContract>(scope, {
  async start({ assets }) {
    const { kind, device, reasons } = await chooseBackend({ wasmPath: assets.wasm }, () =>
      tryThreads(assets.wasm),
    );
    started ??= { backend: kind, assets, encoder: new EncoderWorker(assets) };
    return { backend: kind, description: device, reasons };
  },

  async runStudy(params, { signal, progress }) {
    const { config } = params;
    pausing = new AbortController();
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const aligned = await openAligned(params);
    const policy = await loadTarget(config.target, started.assets, signal);
    const encoder: Encoder = await started.encoder.load(config, signal);
    const ports = { policy, aligned, encoder };
    const call = { signal, pause: pausing.signal, progress };
    try {
      return { report: await runStoredStudy(params, ports, call) };
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      throw outOfMemory(started.backend, policy.config, config, error);
    }
  },

  async pause() {
    pausing.abort();
    return null;
  },
});

/** The model stays on the device between runs. */
async function loadTarget(
  target: string,
  assets: AssetUrls,
  signal: AbortSignal,
): Promise<Gpt2Policy> {
  if (loaded?.target !== target) {
    const files = await openTarget(target, assets.demoModel, signal);
    loaded?.policy.dispose();
    loaded = null;
    loaded = { target, policy: await loadPolicy(files) };
  }
  return loaded.policy;
}

/** The database stays open as long as the worker. */
async function openAligned({ runId, config, corpus, apiKey }: RunParams): Promise<Aligned> {
  const { aligned } = config;
  if (aligned.kind === "recorded") return recordedAnswers(corpus);
  const replies = databaseReplies(await (database ??= openDatabase()));
  return chatModel(aligned, apiKey, { replies, payer: `run:${runId}` });
}
