/** A study's results as files in a folder. */
import { appendFileSync, existsSync, statSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AdapterWeights, writePeft } from "../core/adapter/peft";
import { type Answer, type AnswerSet, answerSetName } from "../core/answers/answer";
import type { Corpus } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import type { StudyReport } from "../core/format/report";
import { reportMarkdown } from "../core/format/report-markdown";
import type { StudyConfig } from "../core/study/config";
import type { StudyEvent } from "../core/study/events";
import type { StudyStore } from "../core/study/ports";
import { UsageError } from "./errors";

const REPORT = "report.json";
const LOG = "log.jsonl";

/** What a study writes, the report first: without it a folder is not complete. */
const OURS = [REPORT, "report.md", "config.json", LOG, "answers", "adapters", "adapter"];

const LOGGED: ReadonlySet<StudyEvent["kind"]> = new Set(["selection", "sft-step", "ppo-step"]);

/** What a report leaves out, so that two runs of one seed give the same bytes but for this. */
export interface RunTimes {
  readonly started: number;
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>;
}

/** @throws UsageError if DIR is no folder, or holds a study that is not to be replaced. */
export function checkFolder(folder: string, replace: boolean): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`--out ${folder} is a file; name a folder that is new or empty`);
  }
  const found = OURS.find((name) => existsSync(join(folder, name)));
  if (found !== undefined && !replace) {
    throw new UsageError(
      `${folder} holds a study already (${found}). Choose another folder, or add --force to replace it.`,
    );
  }
}

export class StudyFolder implements StudyStore {
  readonly #folder: string;
  readonly #corpus: Corpus;
  readonly #adapters = new Map<string, AdapterWeights>();

  private constructor(folder: string, corpus: Corpus) {
    this.#folder = folder;
    this.#corpus = corpus;
  }

  /** Makes the folder, without what an earlier study left, and writes the config with every default filled in. */
  static async create(folder: string, config: StudyConfig, corpus: Corpus): Promise<StudyFolder> {
    for (const name of OURS) await rm(join(folder, name), { recursive: true, force: true });
    await mkdir(join(folder, "answers"), { recursive: true });
    await writeFile(join(folder, "config.json"), json(config));
    return new StudyFolder(folder, corpus);
  }

  /** Keeps what the report has no room for: decisions and training steps, a JSON object a line. */
  log(event: StudyEvent): void {
    if (!LOGGED.has(event.kind)) return;
    appendFileSync(join(this.#folder, LOG), `${JSON.stringify(event)}\n`);
  }

  async saveAnswers(set: AnswerSet, answers: readonly Answer[]): Promise<void> {
    const file = join(this.#folder, "answers", `${answerSetName(set)}.csv`);
    await writeFile(file, answersCsv(this.#corpus, answers));
  }

  async saveAdapter(cycle: number, role: "lora" | "ppo", weights: AdapterWeights): Promise<void> {
    const name = `${role}-cycle-${cycle}`;
    this.#adapters.set(name, weights);
    await this.#writeAdapter(join("adapters", name), weights);
  }

  async saveReport(report: StudyReport): Promise<void> {
    const { name, cycle } = report.best;
    const best = this.#adapters.get(`${name}-cycle-${cycle}`);
    if (best) await this.#writeAdapter("adapter", best);
    await writeFile(join(this.#folder, "report.md"), reportMarkdown(report));
  }

  /** Written last: a folder with a report is complete. */
  async finish(report: StudyReport, times: RunTimes): Promise<void> {
    await writeFile(join(this.#folder, REPORT), json({ ...report, times }));
  }

  async #writeAdapter(name: string, weights: AdapterWeights): Promise<void> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    for (const [file, content] of Object.entries(writePeft(weights))) {
      await writeFile(join(folder, file), content as string | Uint8Array);
    }
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
