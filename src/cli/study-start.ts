/** What a study on the command line starts from: a config, or a folder with a study that is to go on. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { strToU8 } from "fflate";
import { canonicalJson } from "../core/annotation/canonical-json";
import type { Corpus } from "../core/corpus/corpus";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import type { StudyReport } from "../core/format/report";
import { importConfig } from "../core/study/check-config";
import { PAYING, type StudyConfig, type StudyConfigInput } from "../core/study/config";
import { continueConfig } from "../core/study/continue";
import { demoStudy, quick, resolveConfig } from "../core/study/presets";
import { realNumber, wholeNumber } from "./command";
import { UsageError, isMissing } from "./errors";
import { sha256 } from "./sha256";
import { CONFIG, REPORT, StudyFolder, type StudyOrigin, checkFolder } from "./study-folder";
import { readConfig } from "./study-input";
import { targetOption } from "./target";

/** The words of the command line. */
export interface StudyWords {
  readonly source: string | null;
  readonly out: string;
  readonly quick: boolean;
  readonly seed: string | undefined;
  readonly target: string | undefined;
  readonly encoder: string | undefined;
  readonly backend: string | undefined;
  readonly force: boolean;
  readonly resume: boolean;
  readonly trainMore: string | undefined;
  readonly budget: string | undefined;
  readonly tokenBudget: string | undefined;
}

export interface StudyStart {
  readonly config: StudyConfig;
  /** The folder that paths in the config are relative to. */
  readonly folder: string;
  readonly backend: string;
  readonly resumes: boolean;
  /**
   * @param pinned  the config, with its target's revision as a commit.
   * @throws UsageError if a study goes on and its corpus has changed.
   */
  readonly open: (corpus: Corpus, pinned: StudyConfig) => Promise<StudyFolder>;
}

const DEFAULT_BACKEND = "wasm";

/** @throws UsageError for words that do not fit one another or the folder; nothing is written. */
export async function startOf(words: StudyWords): Promise<StudyStart> {
  if (words.resume || words.trainMore !== undefined) return goOn(words);
  const { config, folder } = await asked(words, words.source ?? "demo");
  const { out, backend = DEFAULT_BACKEND } = words;
  checkFolder(out, words.force);
  return {
    ...{ config, folder, backend, resumes: false },
    open: async (corpus, pinned) => {
      const origin = { folder: resolve(folder), backend, corpus: await hashOf(corpus) };
      return StudyFolder.create(out, pinned, corpus, origin);
    },
  };
}

async function goOn(words: StudyWords): Promise<StudyStart> {
  const { out, trainMore } = words;
  if (words.force)
    throw new UsageError("--force replaces a study, --resume goes on with it: give one of them");
  const origin = await StudyFolder.originOf(out);
  const stored = await readIfThere(join(out, CONFIG));
  if (origin === null || stored === null) {
    throw new UsageError(
      `${out} holds no study to go on with. Start one: leave out --resume and --train-more.`,
    );
  }
  const now = resolveConfig(importConfig(stored, join(out, CONFIG)));
  await checkSame(words, now, origin);
  const more = trainMore === undefined ? now : await raised(out, now, trainMore);
  const config = resolveConfig(budgeted(more, words));
  if (trainMore === undefined && (await readIfThere(join(out, REPORT))) !== null) {
    throw new UsageError(
      `the study in ${out} is finished. --train-more N goes on with it for N more cycles.`,
    );
  }
  return {
    config,
    folder: origin.folder,
    backend: words.backend ?? origin.backend,
    resumes: true,
    open: async (corpus) => {
      if ((await hashOf(corpus)) !== origin.corpus) {
        throw new UsageError(
          `the corpus ${config.corpus} has changed since the study in ${out} began. Put the old one back, or start anew with another --out.`,
        );
      }
      return StudyFolder.reopen(out, config, corpus);
    },
  };
}

/** Settings that a config or an option asks for must be those of the study that goes on. */
async function checkSame(words: StudyWords, now: StudyConfig, origin: StudyOrigin): Promise<void> {
  const { source, quick, seed, target, encoder } = words;
  const settings = [seed, target, encoder];
  if (source === null && !quick && settings.every((word) => word === undefined)) return;
  const given = source === null ? { input: now, folder: origin.folder } : await read(source);
  const field = firstDifference(now, resolveConfig(adjust(given.input, words)));
  if (field === null) return;
  throw new UsageError(
    `the study in ${words.out} has another ${field} than is asked for. Leave CONFIG and settings out to go on with it as it is, or start anew with another --out.`,
  );
}

async function raised(out: string, config: StudyConfig, trainMore: string): Promise<StudyConfig> {
  const more = wholeNumber("--train-more", trainMore);
  if (more === 0) throw new UsageError("--train-more must be 1 or more, got 0");
  const report = await readIfThere(join(out, REPORT));
  if (report !== null) return continueConfig(config, JSON.parse(report) as StudyReport, more);
  throw new UsageError(
    `the study in ${out} is not finished yet. Go on with it first: --resume in place of --train-more.`,
  );
}

async function asked(words: StudyWords, source: string) {
  const { input, folder } = await read(source);
  return { config: resolveConfig(adjust(input, words)), folder };
}

async function read(source: string): Promise<{ input: StudyConfigInput; folder: string }> {
  return source === "demo" ? { input: demoStudy, folder: "." } : readConfig(source);
}

function adjust(
  input: StudyConfigInput,
  {
    quick: isQuick,
    seed,
    target,
    encoder,
    budget,
    tokenBudget,
  }: Omit<StudyWords, "source" | "out" | "backend" | "force" | "resume" | "trainMore">,
): StudyConfigInput {
  return {
    ...budgeted(isQuick ? quick(input) : input, { budget, tokenBudget }),
    ...(seed !== undefined && { seed: wholeNumber("--seed", seed) }),
    ...(target !== undefined && { target: targetOption(target) }),
    ...(encoder !== undefined && {
      encoder: encoder === BUILT_IN_ENCODER ? encoder : resolve(encoder),
    }),
  };
}

/** With the budget that is asked for. @throws UsageError where no API is asked. */
function budgeted<Config extends Pick<StudyConfigInput, "aligned">>(
  config: Config,
  { budget, tokenBudget }: Pick<StudyWords, "budget" | "tokenBudget">,
): Config {
  if (budget === undefined && tokenBudget === undefined) return config;
  if (config.aligned?.kind !== "chat") {
    throw new UsageError("--budget and --token-budget limit an API, and this study asks none");
  }
  const limits = {
    ...(budget !== undefined && { budget: realNumber("--budget", budget) }),
    ...(tokenBudget !== undefined && { tokenBudget: wholeNumber("--token-budget", tokenBudget) }),
  };
  return { ...config, aligned: { ...config.aligned, ...limits } };
}

/** Whether a setting changes no result: how often is saved, what is asked to be looked at, what an API may cost. */
function isFree(path: string): boolean {
  const [group, key = ""] = path.split(".");
  return path === "checkpoints" || path === "pinned" || (group === "aligned" && PAYING.has(key));
}

/** The path of the first setting in which they differ, as far as it changes results. */
function firstDifference(a: unknown, b: unknown, path = ""): string | null {
  if (isFree(path) || canonicalJson(a ?? null) === canonicalJson(b ?? null)) return null;
  if (!isTree(a) || !isTree(b)) return path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(a[key], b[key], path === "" ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function isTree(x: unknown): x is Readonly<Record<string, unknown>> {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}

/** What `StudyOrigin.corpus` holds. */
export async function hashOf(corpus: Corpus): Promise<string> {
  return sha256(strToU8(canonicalJson(corpus)));
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
