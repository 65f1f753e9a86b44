import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_METHODS, DEMO_SEEDS } from "../core/compare/demo-methods";
import { measureRun, runAnswers } from "../core/compare/measure-run";
import { compareMethods, type MethodRun } from "../core/compare/methods";
import { comparisonRecord } from "../core/compare/record";
import { comparisonCsv, comparisonMarkdown } from "../core/compare/table";
import type { Encoder } from "../core/encode/encoder";
import type { StudyReport } from "../core/format/report";
import { loadEncoder } from "./assets";
import { BACKEND_HELP, startWasm } from "./backend";
import { type Command, readArgs, wholeNumber } from "./command";
import {
  type ComparisonPlan,
  DEMO,
  type PlannedRun,
  planComparison,
  runFolder,
  writeConfigs,
} from "./compare-plan";
import { reportOf, runStudies } from "./compare-runs";
import { UsageError } from "./errors";
import { interruptible } from "./interrupt";
import { StudyFolder } from "./study-folder";

const help = `Compares methods of training: each config and seed is a study on the same held-out questions.

Usage: npm run steadfast -- compare CONFIG.json... --out DIR [options]
       npm run steadfast -- compare ${DEMO} --out DIR [options]

  CONFIG.json  a study's config; its file's name is the method's. ${DEMO} stands for those that
               come along: ${Object.keys(DEMO_METHODS).join(", ")}
  --out DIR    where comparison.md, comparison.csv, comparison.json, and the studies go
  --seeds N    studies of each method, with the seed of its config and those after it (${DEMO_SEEDS})
  --jobs N     studies at a time, each in a process of its own (1); results do not depend on it
  --backend B  ${BACKEND_HELP}
  --quick      the least work that goes through every step
  --json       print comparison.json on stdout

The same command goes on where it stopped: finished studies stay, those that were cut are gone on with. Ctrl-C pauses.

A question's figure is the mean of its seeds; differences are paired by question, with intervals over questions. Each model is
held against the baseline and against the LoRA model of its own study.
`;

export const compare: Command = {
  name: "compare",
  summary: "methods of training, held against one another over seeds",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        out: { type: "string" },
        seeds: { type: "string", default: String(DEMO_SEEDS) },
        jobs: { type: "string", default: "1" },
        backend: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
      { names: new Array<string>(100).fill("CONFIG.json"), atLeast: 1 },
    );
    const { out } = values;
    if (out === undefined) throw new UsageError("--out DIR is missing. See --help.");
    const seeds = fromOne("--seeds", values.seeds);
    const jobs = fromOne("--jobs", values.jobs);
    const plan = await planComparison(positionals, { seeds, quick: values.quick });
    await writeConfigs(out, plan.runs);
    const signal = interruptible();
    await runStudies(out, plan.runs, { jobs, backend: values.backend, signal });
    const markdown = await conclude(out, plan, signal, values.json);
    process.stdout.write(markdown);
  },
};

/** Measures the models of the finished studies and writes the tables. @returns what to print. */
async function conclude(
  out: string,
  { runs, config, corpus, heldOut }: ComparisonPlan,
  signal: AbortSignal,
  asJson: boolean,
): Promise<string> {
  await startWasm();
  const encoder = await loadEncoder(config.encoder);
  const measured: MethodRun[] = [];
  for (const run of runs) measured.push(await measure(out, run, encoder, signal));
  const { seed, statistics } = config;
  const { replicates, confidence } = statistics;
  const results = compareMethods(measured, { seed, replicates, confidence });
  const setting = { questions: heldOut, confidence };
  const markdown = `${comparisonMarkdown(results, setting)}\n`;
  const record = comparisonRecord({
    ...{ corpus: corpus.name, encoder: { name: encoder.name, revision: encoder.revision } },
    ...{ questions: heldOut, confidence, results },
  });
  const json = `${JSON.stringify(record, null, 2)}\n`;
  await writeFile(join(out, "comparison.md"), markdown);
  await writeFile(join(out, "comparison.csv"), comparisonCsv(results));
  await writeFile(join(out, "comparison.json"), json);
  return asJson ? json : markdown;
}

async function measure(
  out: string,
  run: PlannedRun,
  encoder: Encoder,
  signal: AbortSignal,
): Promise<MethodRun> {
  const report = await reportOf(out, run);
  const folder = runFolder(out, run);
  const { phases, peakBytes, resumed } = report.times;
  const seconds = Object.values(phases).reduce((sum, one) => sum + one, 0);
  const answers = await readingAnswers(folder, report);
  return measureRun(
    {
      ...{ method: run.method, seed: run.seed, sampled: run.sampled, config: run.config, answers },
      seconds: resumed ? null : seconds,
      peakBytes: peakBytes ?? null,
    },
    encoder,
    { signal },
  );
}

async function readingAnswers(folder: string, report: StudyReport) {
  try {
    return await runAnswers(report, (set) => StudyFolder.answersIn(folder, set));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${folder} ${error.message}`);
  }
}

function fromOne(option: string, text: string): number {
  const value = wholeNumber(option, text);
  if (value === 0) throw new UsageError(`${option} must be 1 or more, got 0`);
  return value;
}
