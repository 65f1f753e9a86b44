/** Runs studies off the page's thread: owns the GPU, and gives `runStudy` its engine, storage and clients. */
import { chatModel } from "../src/clients/chat";
import { recordedAnswers } from "../src/clients/recorded";
import type { Corpus } from "../src/core/corpus/corpus";
import type { Encoder } from "../src/core/encode/encoder";
import type { AlignedConfig } from "../src/core/study/config";
import type { Aligned } from "../src/core/study/ports";
import { runStudy } from "../src/core/study/study";
import { chooseBackend } from "../src/engine/backend";
import { fetchFiles } from "../src/engine/encoder/fetch-files";
import { type Gpt2Policy, loadPolicy } from "../src/engine/policy";
import { serve } from "../src/protocol/rpc";
import type { AssetUrls, StudyContract } from "../src/protocol/study";
import { openDatabase } from "../src/storage/db";
import { databaseStore } from "../src/storage/study-store";
import { EventLog } from "./event-log";
import { EncoderWorker } from "./encoder-client";
import { tryThreads } from "./try-threads";

// The DOM's types take `self` for a window.
const scope = self as unknown as Pick<Worker, "addEventListener" | "postMessage">;

interface Started {
  readonly assets: AssetUrls;
  readonly encoder: EncoderWorker;
}
let started: Started | null = null;
let loaded: { readonly target: string; readonly policy: Gpt2Policy } | null = null;

serve<StudyContract>(scope, {
  async start({ assets }) {
    const { kind, device, reasons } = await chooseBackend({ wasmPath: assets.wasm }, () =>
      tryThreads(assets.wasm),
    );
    started ??= { assets, encoder: new EncoderWorker(assets) };
    return { backend: kind, description: device, reasons };
  },

  async runStudy({ runId, config, corpus, apiKey }, { signal, progress }) {
    if (started === null) throw new Error("the study's worker is not started: call start first");
    const aligned = await openAligned(config.aligned, corpus, apiKey);
    const policy = await loadTarget(config.target, started.assets, signal);
    const encoder: Encoder = await started.encoder.load(config, signal);
    const db = await openDatabase();
    const log = new EventLog(db, runId, progress);
    try {
      const ports = { policy, aligned, encoder, store: databaseStore(db, runId) };
      const report = await runStudy(config, corpus, ports, { signal, report: log.add });
      await log.close();
      return { report };
    } catch (error) {
      await log.close().catch(() => {}); // the first failure is the one to tell
      throw error;
    } finally {
      db.close();
    }
  },
});

/** The model stays on the device between runs. */
async function loadTarget(
  target: string,
  assets: AssetUrls,
  signal: AbortSignal,
): Promise<Gpt2Policy> {
  if (target !== "demo") {
    throw new RangeError(
      `the page runs the target "demo" for now, not "${target}"; the command line takes any GPT-2 folder`,
    );
  }
  if (loaded?.target !== target) {
    loaded?.policy.dispose();
    const files = { name: "steadfast-mini", ...fetchFiles(assets.demoModel, { signal }) };
    loaded = { target, policy: await loadPolicy(files) };
  }
  return loaded.policy;
}

async function openAligned(
  config: AlignedConfig,
  corpus: Corpus,
  apiKey: string | null,
): Promise<Aligned> {
  return config.kind === "recorded" ? recordedAnswers(corpus) : chatModel(config, apiKey);
}
