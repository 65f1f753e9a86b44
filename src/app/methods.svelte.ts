/** Methods of training compared: a comparison that the command line wrote, or finished runs of this browser. */
import { incomparable, methodNames, otherQuestions } from "../core/compare/comparable";
import { type ComparisonRecord, comparisonRecord, readComparison } from "../core/compare/record";
import type { Corpus, QuestionId } from "../core/corpus/corpus";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import type { StudyReport } from "../core/format/report";
import { messageOf } from "../core/message-of";
import type { AssetUrls } from "../protocol/study";
import type { Database } from "../storage/db";
import { reportOf } from "../storage/reports";
import { listRuns, type RunRecord } from "../storage/runs";
import { readFinishedRun } from "./finished-run";
import type { CompareMethodsWorker } from "./workers";

/** A finished run, and the method that it is a run of. */
export interface MethodRunChoice {
  readonly record: RunRecord;
  readonly report: StudyReport;
  readonly method: string;
  /** Why it can't stand beside the others that are chosen; null where it can. */
  readonly refused: string | null;
}

/** Where the figures come from. */
export type ComparisonSource =
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "runs"; readonly runs: readonly MethodRunChoice[] };

export type MethodsStatus =
  | { readonly kind: "idle" }
  | { readonly kind: "measuring"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly record: ComparisonRecord; readonly source: ComparisonSource }
  | { readonly kind: "failed"; readonly message: string };

export class MethodsState {
  /** Finished runs, newest first; null before the first look. */
  runs = $state.raw<readonly Omit<MethodRunChoice, "refused">[] | null>(null);
  /** Ids of the runs chosen. */
  chosen = $state.raw<readonly string[]>([]);
  status = $state.raw<MethodsStatus>({ kind: "idle" });

  /** The runs with the reason why each can't be chosen, given those that are. */
  choices: readonly MethodRunChoice[] = $derived.by(() => {
    const all = this.runs ?? [];
    const first = all.find(({ record }) => this.chosen.includes(record.id)) ?? null;
    return all.map((run) => ({ ...run, refused: this.#refusal(run, first) }));
  });

  readonly #db: Database;
  readonly #findCorpus: (id: string) => Corpus | null;
  readonly #startWorker: () => CompareMethodsWorker;
  readonly #assets: AssetUrls;
  #worker: CompareMethodsWorker | null = null;

  constructor(
    db: Database,
    findCorpus: (id: string) => Corpus | null,
    startWorker: () => CompareMethodsWorker,
    assets: AssetUrls,
  ) {
    this.#db = db;
    this.#findCorpus = findCorpus;
    this.#startWorker = startWorker;
    this.#assets = assets;
  }

  /** Reads which finished runs there are. What was chosen and is still there stays so. */
  async load(): Promise<void> {
    const records = (await listRuns(this.#db)).filter(({ status }) => status === "done");
    const found = await Promise.all(
      records.map(async (record) => ({ record, report: await reportOf(this.#db, record.id) })),
    );
    const finished = found.flatMap(({ record, report }) => (report ? [{ record, report }] : []));
    // The oldest names its method plainly, so that names stay as runs are added.
    const oldestFirst = finished.toReversed();
    const names = methodNames(oldestFirst.map(({ report }) => report.config));
    this.runs = oldestFirst.map((run, i) => ({ ...run, method: names[i]! })).reverse();
    this.chosen = this.chosen.filter((chosen) => records.some(({ id }) => id === chosen));
  }

  choose(id: string, isChosen: boolean): void {
    const others = this.chosen.filter((other) => other !== id);
    this.chosen = isChosen ? [...others, id] : others;
  }

  /** Chooses every run that can stand beside the newest that can be compared at all. */
  chooseAll(): void {
    this.chosen = [];
    for (const { record } of this.runs ?? []) {
      const choice = this.choices.find((one) => one.record.id === record.id)!;
      if (choice.refused === null) this.choose(record.id, true);
    }
  }

  async open(file: File): Promise<void> {
    this.stop();
    try {
      const record = readComparison(await file.text(), file.name);
      this.status = { kind: "done", record, source: { kind: "file", name: file.name } };
    } catch (error) {
      this.status = { kind: "failed", message: messageOf(error) };
    }
  }

  /** Measures the chosen runs and compares their methods. Does nothing while that goes on. */
  async compare(): Promise<void> {
    const runs = this.choices
      .filter(({ record }) => this.chosen.includes(record.id))
      .toSorted((a, b) => a.record.createdAt - b.record.createdAt);
    const [first] = runs;
    if (first === undefined || this.#worker !== null) return;
    this.status = { kind: "measuring", done: 0, total: runs.length };
    const worker = (this.#worker = this.#startWorker());
    const isCurrent = () => this.#worker === worker;
    try {
      const finished = await Promise.all(
        runs.map((run) => readFinishedRun(this.#db, run, this.#findCorpus(run.record.corpusId))),
      );
      const { config, corpus } = first.report;
      const { replicates, confidence } = config.statistics;
      const { encoder, results } = await worker.client.call(
        "compare",
        {
          runs: finished,
          options: { seed: config.seed, replicates, confidence },
          assets: this.#assets,
        },
        {
          onProgress: ({ done, total }) => {
            if (isCurrent()) this.status = { kind: "measuring", done, total };
          },
        },
      );
      if (!isCurrent()) return;
      const questions = heldOut(first.report).length;
      const record = comparisonRecord({ corpus: corpus.name, encoder, questions, confidence, results }); // prettier-ignore
      this.status = { kind: "done", record, source: { kind: "runs", runs } };
    } catch (error) {
      if (isCurrent()) this.status = { kind: "failed", message: messageOf(error) };
    } finally {
      worker.terminate();
      if (isCurrent()) this.#worker = null;
    }
  }

  /** Ends what is being measured. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    if (this.status.kind === "measuring") this.status = { kind: "idle" };
  }

  #refusal(
    { record, report, method }: Omit<MethodRunChoice, "refused">,
    first: Omit<MethodRunChoice, "refused"> | null,
  ): string | null {
    const { config } = report;
    if (config.encoder !== BUILT_IN_ENCODER) {
      return `it was measured by ${config.encoder}; runs of such an encoder are compared on the command line`;
    }
    if (this.#findCorpus(record.corpusId) === null) return "its corpus has been deleted";
    if (report.cycles.every(({ models }) => models.length === 0)) return "it trained nothing";
    if (first === null || first.record.id === record.id) return null;
    const problem =
      incomparable({ name: record.name, config }, { name: first.record.name, config: first.report.config }) ?? // prettier-ignore
      otherQuestions(heldOut(report), heldOut(first.report));
    if (problem !== null) return problem;
    const twin = this.runs!.find(
      (other) =>
        other.method === method &&
        other.report.seed === report.seed &&
        other.record.id !== record.id &&
        this.chosen.includes(other.record.id),
    );
    return twin === undefined || this.chosen.includes(record.id)
      ? null
      : `a run of ${method} with seed ${report.seed} is chosen already`;
  }
}

function heldOut({ questions }: StudyReport): QuestionId[] {
  return questions.filter(({ split }) => split === "evaluation").map(({ id }) => id);
}
