/** A study's results as files in a folder, and in its `checkpoints` what it takes to go on where it stood. */
import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../package.json";
import { type AdapterWeights, readPeft, writePeft } from "../core/adapter/peft";
import { type Answer, type AnswerSet, answerSetName } from "../core/answers/answer";
import type { Corpus } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import type { StudyReport } from "../core/format/report";
import { reportMarkdown } from "../core/format/report-markdown";
import { gatherReport, toldBy } from "../core/format/report-page/gather";
import { reportPage } from "../core/format/report-page/page";
import type { Checkpoint, TrainingPhase } from "../core/study/checkpoint";
import type { StudyConfig } from "../core/study/config";
import type { StudyEvent } from "../core/study/events";
import type { StudyStore } from "../core/study/ports";
import { readAdapter } from "./adapter-folder";
import { CheckpointFolder } from "./checkpoint-folder";
import { UsageError } from "./errors";
import { readSealed, writeSealed } from "./sealed-json";
import { sha256 } from "./sha256";
import { StudyLogFile } from "./study-log-file";
import { writeWhole } from "./whole-file";

export const REPORT = "report.json";
export const CONFIG = "config.json";
const REPORT_PAGE = "report.html";
const LOG = "log.jsonl";
const CHECKPOINTS = "checkpoints";
const ADAPTER_CONFIG = "adapter_config.json";
const ADAPTER_MODEL = "adapter_model.safetensors";

/** What a study writes, the report first: without it a folder is not complete. */
const OURS = [
  ...[REPORT, "report.md", REPORT_PAGE, CONFIG, LOG],
  ...["answers", "adapters", "adapter", CHECKPOINTS],
];

/** What a report leaves out, so that two runs of one seed give the same bytes but for this. */
export interface RunTimes {
  readonly started: number;
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>;
  /** The most memory that the process held, in bytes; of its last stretch, where it was gone on with. */
  readonly peakBytes?: number;
  /** Whether it was gone on with: `phases` are then those of the last stretch. */
  readonly resumed?: boolean;
}

/** What a study was started from, which its config alone does not tell. */
export interface StudyOrigin {
  /** The folder that paths in the config are relative to. */
  readonly folder: string;
  readonly backend: string;
  /** SHA-256 of the corpus as it was read. */
  readonly corpus: string;
}

/** @throws UsageError if DIR is no folder, or holds a study that is not to be replaced. */
export function checkFolder(folder: string, replace: boolean): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`--out ${folder} is a file; name a folder that is new or empty`);
  }
  const found = OURS.find((name) => existsSync(join(folder, name)));
  if (found === undefined || replace) return;
  const goOn =
    found === REPORT
      ? "--train-more N to train N more cycles"
      : "--resume to go on with it where it stands";
  throw new UsageError(
    `${folder} holds a study already (${found}). Choose another folder, or add ${goOn}, or --force to replace it.`,
  );
}

export class StudyFolder implements StudyStore {
  readonly #folder: string;
  readonly #corpus: Corpus;
  readonly #log: StudyLogFile;
  readonly #checkpoints: CheckpointFolder;
  readonly #adapters = new Map<string, AdapterWeights>();
  readonly #scores: StudyEvent[] = [];

  private constructor(
    folder: string,
    { checkpoints: { keep } }: StudyConfig,
    corpus: Corpus,
    log: StudyLogFile,
  ) {
    this.#folder = folder;
    this.#corpus = corpus;
    this.#log = log;
    const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);
    this.#checkpoints = new CheckpointFolder(join(folder, CHECKPOINTS), keep, say);
  }

  /**
   * Makes the folder, without what an earlier study left, and writes the config with every default filled in.
   * @param origin  what `originOf` gives again; null for a study that is never gone on with.
   */
  static async create(
    folder: string,
    config: StudyConfig,
    corpus: Corpus,
    origin: StudyOrigin | null = null,
  ): Promise<StudyFolder> {
    for (const name of OURS) await rm(join(folder, name), { recursive: true, force: true });
    await mkdir(join(folder, "answers"), { recursive: true });
    await mkdir(join(folder, CHECKPOINTS, "answers"), { recursive: true });
    await mkdir(join(folder, CHECKPOINTS, "adapters"), { recursive: true });
    if (origin !== null) await writeSealed(originPath(folder), origin, partIn(folder));
    await writeFile(join(folder, CONFIG), json(config));
    return new StudyFolder(folder, config, corpus, StudyLogFile.start(join(folder, LOG)));
  }

  /** Goes on with a study that lies there; with a finished one its report is taken away until there is a new one. */
  static async reopen(folder: string, config: StudyConfig, corpus: Corpus): Promise<StudyFolder> {
    await writeWhole(join(folder, CONFIG), json(config), partIn(folder));
    for (const name of [REPORT, "report.md", REPORT_PAGE, "adapter"]) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    return new StudyFolder(folder, config, corpus, StudyLogFile.goOn(join(folder, LOG)));
  }

  /** Null where the folder holds no study that can be gone on with. */
  static originOf(folder: string): Promise<StudyOrigin | null> {
    return readSealed<StudyOrigin>(originPath(folder));
  }

  /** The answers of a set in a folder, complete or not; null where there are none. */
  static answersIn(folder: string, set: AnswerSet): Promise<readonly Answer[] | null> {
    return readSealed<readonly Answer[]>(answersPath(folder, set));
  }

  /** An adapter that a study in a folder trained; null where it has none. @throws UsageError if it is damaged. */
  static async adapterIn(
    folder: string,
    cycle: number,
    role: "lora" | "ppo",
  ): Promise<AdapterWeights | null> {
    const path = join(folder, "adapters", adapterName(cycle, role));
    return existsSync(path) ? readAdapter(path) : null;
  }

  /** Keeps what the report has no room for. */
  log(event: StudyEvent): void {
    this.#log.add(event);
    if (event.kind === "scores") this.#scores.push(event);
  }

  async saveAnswers(set: AnswerSet, answers: readonly Answer[]): Promise<void> {
    const file = join(this.#folder, "answers", `${answerSetName(set)}.csv`);
    await this.#write(file, answersCsv(this.#corpus, answers));
    await writeSealed(answersPath(this.#folder, set), answers, partIn(this.#folder));
  }

  /** From a copy beside the CSV: a spreadsheet's text does not hold every answer to the letter. */
  loadAnswers(set: AnswerSet): Promise<readonly Answer[] | null> {
    return StudyFolder.answersIn(this.#folder, set);
  }

  async saveAdapter(cycle: number, role: "lora" | "ppo", weights: AdapterWeights): Promise<void> {
    const name = adapterName(cycle, role);
    this.#adapters.set(name, weights);
    await this.#writeAdapter(join("adapters", name), weights);
    const model = writePeft(weights)[ADAPTER_MODEL];
    await writeSealed(this.#adapterProof(name), await sha256(model), partIn(this.#folder));
  }

  async loadAdapter(cycle: number, role: "lora" | "ppo"): Promise<AdapterWeights | null> {
    const name = adapterName(cycle, role);
    const proof = await readSealed<string>(this.#adapterProof(name));
    if (proof === null) return null;
    const file = (part: string) => join(this.#folder, "adapters", name, part);
    if (!existsSync(file(ADAPTER_CONFIG)) || !existsSync(file(ADAPTER_MODEL))) return null;
    const model = await readFile(file(ADAPTER_MODEL));
    if ((await sha256(model)) !== proof) return null;
    const weights = readPeft(await readFile(file(ADAPTER_CONFIG), "utf8"), model);
    this.#adapters.set(name, weights);
    return weights;
  }

  saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return this.#checkpoints.save(checkpoint);
  }

  loadCheckpoint(phase: TrainingPhase): Promise<Checkpoint | null> {
    return this.#checkpoints.load(phase);
  }

  async saveReport(report: StudyReport): Promise<void> {
    const { name, cycle } = report.best;
    const best = this.#adapters.get(`${name}-cycle-${cycle}`);
    if (best) await this.#writeAdapter("adapter", best);
    await writeFile(join(this.#folder, "report.md"), reportMarkdown(report));
    const content = await gatherReport({
      ...{ steadfast: version, report, corpus: this.#corpus },
      answersOf: (set) => this.loadAnswers(set),
      ...toldBy([...this.#scores, ...this.#log.events()]),
    });
    await writeFile(join(this.#folder, REPORT_PAGE), await reportPage(content, sha256));
  }

  /** Written last: a folder with a report is complete. */
  async finish(report: StudyReport, times: RunTimes): Promise<void> {
    await this.#write(join(this.#folder, REPORT), json({ ...report, times }));
  }

  async #writeAdapter(name: string, weights: AdapterWeights): Promise<void> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    for (const [file, content] of Object.entries(writePeft(weights))) {
      await this.#write(join(folder, file), content as string | Uint8Array);
    }
  }

  #write(path: string, content: string | Uint8Array): Promise<void> {
    return writeWhole(path, content, partIn(this.#folder));
  }

  #adapterProof(name: string): string {
    return join(this.#folder, CHECKPOINTS, "adapters", `${name}.json`);
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const adapterName = (cycle: number, role: "lora" | "ppo") => `${role}-cycle-${cycle}`;
const originPath = (folder: string) => join(folder, CHECKPOINTS, "study.json");
const answersPath = (folder: string, set: AnswerSet) =>
  join(folder, CHECKPOINTS, "answers", `${answerSetName(set)}.json`);
const partIn = (folder: string) => join(folder, CHECKPOINTS, "part");
