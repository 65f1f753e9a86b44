/** What a comparison runs: a study a method and seed, all on the same held-out questions, each with a folder of its own. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { canonicalJson } from "../core/annotation/canonical-json";
import { incomparable } from "../core/compare/comparable";
import { DEMO_METHODS } from "../core/compare/demo-methods";
import { holdingOut } from "../core/compare/plan";
import { BUILT_IN_FILES } from "../core/corpus/built-in";
import type { Corpus } from "../core/corpus/corpus";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import type { StudyConfig, StudyConfigInput } from "../core/study/config";
import { quick, resolveConfig } from "../core/study/presets";
import { plannedAnswers } from "../core/study/rollout-batches";
import { splitCorpus } from "../core/study/split";
import { UsageError, readingInput } from "./errors";
import { readConfig, readCorpus } from "./study-input";
import { targetOption } from "./target";

/** The word that stands for the comparison that comes along. */
export const DEMO = "demo-methods";

export interface PlannedRun {
  readonly method: string;
  readonly seed: number;
  /** "grpo-seed-2" */
  readonly name: string;
  readonly input: StudyConfigInput;
  readonly config: StudyConfig;
  /** Answers that it samples to learn from. */
  readonly sampled: number;
}

export interface ComparisonPlan {
  readonly corpus: Corpus;
  /** Of the first method: what all of them are measured by. */
  readonly config: StudyConfig;
  readonly heldOut: number;
  readonly runs: readonly PlannedRun[];
}

/**
 * @param sources  config files, named after which the methods are, or `DEMO`.
 * @param seeds    of each method: that of its config and those after it.
 * @throws UsageError if names are alike, or the methods are not measured by the same corpus, encoder and SaGE.
 */
export async function planComparison(
  sources: readonly string[],
  { seeds, quick: isQuick }: { readonly seeds: number; readonly quick: boolean },
): Promise<ComparisonPlan> {
  const methods = (await Promise.all(sources.map(read))).flat();
  const [first] = methods;
  if (first === undefined) throw new UsageError("CONFIG is missing. See --help.");
  const config = resolveConfig(first.input);
  for (const { method, input } of methods) {
    if (methods.filter((other) => other.method === method).length > 1) {
      throw new UsageError(`two methods are named ${method}; rename one of the files`);
    }
    const problem = incomparable(
      { name: method, config: resolveConfig(input) },
      { name: first.method, config },
    );
    if (problem !== null) throw new UsageError(problem);
  }
  const corpus = await readCorpus(config.corpus, ".");
  const split = await readingInput(() => splitCorpus(config, corpus));
  const heldOut = holdingOut(split.evaluation);
  const runs = methods.flatMap(({ method, input }) =>
    Array.from({ length: seeds }, (_, i) => {
      const seed = resolveConfig(input).seed + i;
      const questions = { ...input.questions, ...heldOut };
      const own = { ...(isQuick ? quick(input) : input), seed, questions };
      const resolved = resolveConfig(own);
      const sampled = plannedAnswers(split.train, resolved);
      return {
        method,
        seed,
        name: `${method}-seed-${seed}`,
        input: own,
        config: resolved,
        sampled,
      };
    }),
  );
  return { corpus, config, heldOut: heldOut.evaluation, runs };
}

export const configPath = (out: string, { name }: PlannedRun) =>
  join(out, "configs", `${name}.json`);
export const runFolder = (out: string, { name }: PlannedRun) => join(out, "runs", name);

/**
 * Writes each run's config, or checks that those in the folder are the same.
 * @throws UsageError if the folder holds a run of the same name with other settings.
 */
export async function writeConfigs(out: string, runs: readonly PlannedRun[]): Promise<void> {
  for (const run of runs) {
    const path = configPath(out, run);
    if (!existsSync(path)) continue;
    const stored = resolveConfig(JSON.parse(await readFile(path, "utf8")) as StudyConfigInput);
    if (canonicalJson(stored) === canonicalJson(run.config)) continue;
    throw new UsageError(
      `${out} holds ${run.name} with other settings (${path}); choose another --out, or put them back`,
    );
  }
  await mkdir(join(out, "configs"), { recursive: true });
  await mkdir(join(out, "runs"), { recursive: true });
  for (const run of runs) {
    await writeFile(configPath(out, run), `${JSON.stringify(run.input, null, 2)}\n`);
  }
}

interface Method {
  readonly method: string;
  readonly input: StudyConfigInput;
}

async function read(source: string): Promise<Method[]> {
  if (source === DEMO) {
    return Object.entries(DEMO_METHODS).map(([method, input]) => ({ method, input }));
  }
  const { input, folder } = await readConfig(source);
  const method = basename(source).replace(/\.json$/, "");
  const { corpus, target, encoder } = input;
  // The runs' configs lie elsewhere, and paths in a config are relative to it.
  const moved = {
    ...(corpus !== undefined &&
      !Object.hasOwn(BUILT_IN_FILES, corpus) && { corpus: resolve(folder, corpus) }),
    ...(target !== undefined && { target: targetOption(target, folder) }),
    ...(encoder !== undefined &&
      encoder !== BUILT_IN_ENCODER && { encoder: resolve(folder, encoder) }),
  };
  return [{ method, input: { ...input, ...moved } }];
}
