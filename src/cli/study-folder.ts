/** A study's results as files in a folder. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AdapterWeights, writePeft } from "../core/adapter/peft";
import { type Answer, type AnswerSet, answerSetName } from "../core/answers/answer";
import type { Corpus } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import type { StudyReport } from "../core/format/report";
import { reportMarkdown } from "../core/format/report-markdown";
import type { StudyConfig } from "../core/study/config";
import type { StudyStore } from "../core/study/ports";
import { UsageError } from "./errors";

const REPORT = "report.json";

/** What a report leaves out, so that two runs of one seed give the same bytes but for this. */
export interface RunTimes {
  readonly started: number;
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>;
}

/** @throws UsageError rather than write over a finished study. */
export function refuseFinishedFolder(folder: string): void {
  if (existsSync(join(folder, REPORT))) {
    throw new UsageError(
      `${folder} holds a report already. Choose another folder, or add --force to replace it.`,
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

  /** Makes the folder and writes the config with every default filled in. */
  static async create(folder: string, config: StudyConfig, corpus: Corpus): Promise<StudyFolder> {
    await mkdir(join(folder, "answers"), { recursive: true });
    await writeFile(join(folder, "config.json"), json(config));
    return new StudyFolder(folder, corpus);
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
