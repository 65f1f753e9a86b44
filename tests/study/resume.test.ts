/** A study that is cut and gone on with, with the real model, encoder and files: nothing shows but the time it took. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelFiles } from "../../src/cli/assets";
import { startWasm } from "../../src/cli/backend";
import { useLiteFiles } from "../../src/cli/encoder-files";
import { StudyFolder } from "../../src/cli/study-folder";
import { readCorpus } from "../../src/cli/study-input";
import { recordedAnswers } from "../../src/clients/recorded";
import type { Corpus } from "../../src/core/corpus/corpus";
import { cached } from "../../src/core/encode/cached";
import type { Encoder } from "../../src/core/encode/encoder";
import type { StudyReport } from "../../src/core/format/report";
import type { StudyConfig } from "../../src/core/study/config";
import { continueConfig } from "../../src/core/study/continue";
import type { StudyEvent } from "../../src/core/study/events";
import { resolveConfig } from "../../src/core/study/presets";
import { keptEvents, Replay } from "../../src/core/study/replay";
import { runStudy } from "../../src/core/study/study";
import { loadUseLite } from "../../src/engine/encoder/encoder";
import { loadPolicy } from "../../src/engine/policy";
import { quickestStudy } from "../browser/quickest-study";

/** Two cycles with everything that a phase remembers from step to step: dropout, warm-up, running moments, β, the reference. */
const config = resolveConfig({
  ...quickestStudy,
  questions: { evaluation: 7, alwaysEvaluate: [1, 2], perCycle: 2 }, // 35 answers are a block and a bit
  sampling: { maxNewTokens: 4 },
  adapter: { loraDropout: 0.1 },
  sft: { steps: 6, batchSize: 2, microBatch: 1, warmupSteps: 2, weightDecay: 0.01 },
  rollouts: { passes: 3, maxSteps: 5, reference: "start", reward: "blend", samples: 1 },
  reward: { samenessPenalty: 0.5 },
  ppo: { ppoEpochs: 2, miniBatchSize: 2, klHorizon: 50, useScoreScaling: true, useScoreNorm: true },
  cycles: { max: 2, patience: 2 },
  checkpoints: { everySteps: 2 },
});

let corpus: Corpus;
let encoder: Encoder;
let folder: string;
let whole: { readonly events: readonly StudyEvent[]; readonly report: StudyReport };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-resume-"));
  await startWasm();
  encoder = await loadUseLite(useLiteFiles());
  corpus = await readCorpus(config.corpus, ".");
  const out = join(folder, "whole");
  const events: StudyEvent[] = [];
  const store = await StudyFolder.create(out, config, corpus);
  whole = { events, report: await attempt(config, store, (event) => void events.push(event)) };
});
afterAll(() => rm(folder, { recursive: true }));

interface Signals {
  readonly signal?: AbortSignal;
  readonly pause?: AbortSignal;
  readonly resumes?: boolean;
}

/** One process's work on a study, with a model and a cache of its own. */
async function attempt(
  settings: StudyConfig,
  store: StudyFolder,
  report: (event: StudyEvent) => void,
  { signal = new AbortController().signal, pause, resumes = false }: Signals = {},
): Promise<StudyReport> {
  const before = tf.memory().numTensors;
  const policy = await loadPolicy(modelFiles("demo"));
  const aligned = recordedAnswers(corpus);
  try {
    const told = (event: StudyEvent) => {
      store.log(event);
      report(event);
    };
    const context = { signal, resumes, report: told, ...(pause && { pause }) };
    const ports = { policy, aligned, encoder: cached(encoder), store };
    const result = await runStudy(settings, corpus, ports, context);
    await store.finish(result, { started: 0, phases: {} });
    return result;
  } finally {
    policy.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }
}

interface Cut {
  readonly how: "signal" | "pause";
  readonly at: (event: StudyEvent) => boolean;
  /** What the next attempt goes on from. */
  readonly from: object | null;
}

const step = (kind: "sft-step" | "ppo-step", cycle: number, n: number) => (event: StudyEvent) =>
  (event.kind === "sft-step" &&
    kind === event.kind &&
    event.step.step === n &&
    event.cycle === cycle) ||
  (event.kind === "ppo-step" && kind === event.kind && event.step === n && event.cycle === cycle);
const phase = (kind: string, role: string | null, cycle: number) => (event: StudyEvent) =>
  event.kind === "phase" &&
  event.phase.kind === kind &&
  event.phase.role === role &&
  event.phase.cycle === cycle;

/** In the order of the study; steps 2, 4 and 6 have checkpoints. */
const cuts: readonly Cut[] = [
  { how: "signal", at: (event) => event.kind === "progress", from: null }, // in the first block of answers
  { how: "pause", at: phase("answer", "baseline", 0), from: null },
  { how: "pause", at: (event) => event.kind === "progress" && event.done === 32, from: null }, // after that block
  { how: "signal", at: phase("score", "aligned", 0), from: null },
  { how: "signal", at: step("sft-step", 1, 1), from: { kind: "lora", cycle: 1, step: 0 } },
  { how: "signal", at: step("sft-step", 1, 3), from: { kind: "lora", cycle: 1, step: 2 } },
  { how: "pause", at: step("sft-step", 1, 5), from: { kind: "lora", cycle: 1, step: 5 } },
  { how: "signal", at: phase("answer", "lora", 1), from: null },
  { how: "signal", at: phase("ppo", "ppo", 1), from: { kind: "ppo", cycle: 1, step: 0 } },
  { how: "pause", at: step("ppo-step", 1, 1), from: { kind: "ppo", cycle: 1, step: 1 } },
  { how: "signal", at: step("ppo-step", 1, 4), from: { kind: "ppo", cycle: 1, step: 3 } },
  { how: "pause", at: step("ppo-step", 1, 5), from: { kind: "ppo", cycle: 1, step: 5 } },
  { how: "signal", at: (event) => event.kind === "cycle", from: null },
  { how: "signal", at: step("sft-step", 2, 5), from: { kind: "lora", cycle: 2, step: 4 } },
  { how: "signal", at: step("ppo-step", 2, 3), from: { kind: "ppo", cycle: 2, step: 2 } },
];

test("promise 2: a study cut at 15 places gives the files, the report and the events of one that was never cut", async () => {
  const out = join(folder, "cut");
  let log: StudyEvent[] = [];
  const seams: object[] = [];
  for (const [i, cut] of [...cuts, null].entries()) {
    const resumes = i > 0;
    const store = await (resumes
      ? StudyFolder.reopen(out, config, corpus)
      : StudyFolder.create(out, config, corpus));
    const replay = new Replay(log);
    const controller = new AbortController();
    const running = attempt(
      config,
      store,
      (event) => {
        if (!resumes || replay.isNew(event)) {
          if (event.kind === "resumed") log = keptEvents(log, event.from);
          log.push(event);
        }
        if (cut?.at(event)) controller.abort();
      },
      { resumes, ...(cut && { [cut.how]: controller.signal }) },
    );
    if (cut === null) expect(await running).toEqual(whole.report);
    else {
      const name = cut.how === "pause" ? "PausedError" : "AbortError";
      await expect(running, `cut ${i}`).rejects.toMatchObject({ name });
    }
    const seam = log.findLast(({ kind }) => kind === "resumed");
    if (resumes) seams.push(seam?.kind === "resumed" ? { from: seam.from } : {});
  }
  expect(seams).toEqual(cuts.map(({ from }) => ({ from })));
  expect(log.filter(isDurable)).toEqual(whole.events.filter(isDurable));
  expect(await filesOf(out)).toEqual(await filesOf(join(folder, "whole")));
}, 900_000);

test("a checkpoint with one byte changed is passed over for the one before it", async () => {
  const out = join(folder, "damaged");
  const controller = new AbortController();
  const store = await StudyFolder.create(out, config, corpus);
  const cut = (event: StudyEvent) => void (step("sft-step", 1, 5)(event) && controller.abort());
  await expect(attempt(config, store, cut, { signal: controller.signal })).rejects.toThrow();
  const chunk = join(out, "checkpoints/2-lora-cycle-1/chunk-0.bin");
  const bytes = await readFile(chunk);
  bytes[1000]! ^= 1;
  await writeFile(chunk, bytes);
  const again = new AbortController();
  const seams: StudyEvent[] = [];
  const reopened = await StudyFolder.reopen(out, config, corpus);
  const look = (event: StudyEvent) => {
    if (event.kind !== "resumed") return;
    seams.push(event);
    again.abort();
  };
  await expect(
    attempt(config, reopened, look, { resumes: true, signal: again.signal }),
  ).rejects.toThrow();
  expect(seams).toEqual([{ kind: "resumed", from: { kind: "lora", cycle: 1, step: 2 } }]);
}, 900_000);

test("training more gives what a study with as many cycles from the start gives", async () => {
  const one = { ...config, cycles: { ...config.cycles, max: 1 } };
  const out = join(folder, "more");
  const first = await attempt(one, await StudyFolder.create(out, one, corpus), () => {});
  const more = continueConfig(one, first, 1);
  expect(more.cycles).toMatchObject({ max: 2, atLeast: 2 });
  const store = await StudyFolder.reopen(out, more, corpus);
  const report = await attempt(more, store, () => {}, { resumes: true });
  expect({ ...report, config }).toEqual(whole.report);
  const withConfig = new Set(["config.json", "report.json", "report.html"]);
  const rest = async (path: string) =>
    (await filesOf(path)).filter(([name]) => !withConfig.has(name));
  expect(await rest(out)).toEqual(await rest(join(folder, "whole")));
}, 900_000);

test("a run that asks no pinned questions gives the same report and trains the same adapters", async () => {
  const unasked = { ...config, pinned: { ...config.pinned, times: 0 } };
  const out = join(folder, "unasked");
  const store = await StudyFolder.create(out, unasked, corpus);
  const told: StudyEvent[] = [];
  const report = await attempt(unasked, store, (event) => void told.push(event));
  const isStep = ({ kind }: StudyEvent) => kind === "sft-step" || kind === "ppo-step";
  expect({ ...report, config }).toEqual(whole.report);
  expect(told.filter(isStep)).toEqual(whole.events.filter(isStep));
  expect(whole.events.filter(({ kind }) => kind === "pinned").length).toBeGreaterThan(10);
  expect(told.filter(({ kind }) => kind === "pinned")).toEqual([]);
}, 300_000);

const isDurable = ({ kind }: StudyEvent) => kind !== "progress" && kind !== "resumed";

/** What a reader of the folder sees: all but the checkpoints, which lie where it was cut. */
async function filesOf(path: string): Promise<(readonly [string, string])[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(path, file).startsWith("checkpoints"))
    .sort();
  return Promise.all(
    files.map(async (file) => [relative(path, file), await readFile(file, "base64")] as const),
  );
}

test.each(["grpo", "dpo"] as const)(
  "promise 2 holds for %s: cut twice, by a pause and by a kill, it gives the files of one that was never cut",
  async (method) => {
    const settings = resolveConfig({
      ...quickestStudy,
      sampling: { maxNewTokens: 4 },
      sft: { steps: 1, batchSize: 2, microBatch: 1 },
      rollouts: { method, passes: 3, maxSteps: 5, reward: "blend" },
      grpo: { beta: 0.1, numIterations: 2, microBatch: 2, learningRate: 1e-3 },
      dpo: { numIterations: 2, microBatch: 2, minimumMargin: 0, learningRate: 1e-3 },
      checkpoints: { everySteps: 2 },
    });
    const [once, cut] = [join(folder, `${method}-whole`), join(folder, `${method}-cut`)];
    const uncut = await attempt(
      settings,
      await StudyFolder.create(once, settings, corpus),
      () => {},
    );
    const stops = [
      { pause: true, at: step("ppo-step", 1, 1) },
      { pause: false, at: step("ppo-step", 1, 4) },
    ];
    const seams: StudyEvent[] = [];
    for (const [i, stop] of [...stops, null].entries()) {
      const store = await (i === 0
        ? StudyFolder.create(cut, settings, corpus)
        : StudyFolder.reopen(cut, settings, corpus));
      const controller = new AbortController();
      const look = (event: StudyEvent) => {
        if (event.kind === "resumed") seams.push(event);
        if (stop?.at(event)) controller.abort();
      };
      const signals = stop && { [stop.pause ? "pause" : "signal"]: controller.signal };
      const running = attempt(settings, store, look, { resumes: i > 0, ...signals });
      if (stop) await expect(running).rejects.toThrow();
      else expect(await running).toEqual(uncut);
    }
    const from = { kind: "ppo", cycle: 1 };
    expect(seams).toEqual([1, 3].map((n) => ({ kind: "resumed", from: { ...from, step: n } })));
    expect(await filesOf(cut)).toEqual(await filesOf(once));
  },
  300_000,
);
