import { adjudicate, type Decision, withdrawnDecision } from "../core/annotation/adjudication";
import type { Agreement } from "../core/annotation/agreement";
import { canonicalJson } from "../core/annotation/canonical-json";
import { combineLabels } from "../core/annotation/combine";
import {
  isLabelTable,
  labelledPairs,
  type LabelTable,
  ratersOfKind,
} from "../core/annotation/label-table";
import { textsOf } from "../core/annotation/match-pairs";
import { raterKey, type Refusal, type SourcedSession } from "../core/annotation/merge";
import { unreadReplies } from "../core/annotation/model-rater";
import type { Digest } from "../core/annotation/pair";
import { attentionChecks, selfAgreement } from "../core/annotation/rater-checks";
import type { NaPolicy } from "../core/annotation/ratings-csv";
import type { Rater } from "../core/annotation/session-file";
import type { Label } from "../core/annotation/task";
import type { NamedLevel, Rating } from "../core/statistics/alpha-level";
import type { MetricComparison } from "../core/statistics/metric-agreement";
import type { Client } from "../protocol/rpc";
import type { ComparisonProgress, StatisticsContract } from "../protocol/statistics";
import type { Database } from "../storage/db";
import { decisionsOf, putDecision } from "../storage/decisions";
import { getTask, type StoredTask } from "../storage/tasks";
import type { AgreementReport } from "./agreement-export";
import { metricsOf, type RunMetrics, runMetricsOf } from "./agreement-metrics";
import { type AgreementSource, readAgreementSource, reasonOf } from "./agreement-source";
import { storedSessions, type TaskChoice, taskChoices } from "./agreement-tasks";
import { decodeText } from "./read-corpus";
import { settle, type Work } from "./work";

/** Of every interval on the page: 2,000 resamples, 95 %, as `steadfast agree` has it by default. */
export const BOOTSTRAP = { replicates: 2000, confidence: 0.95, seed: 42 } as const;

/** Sizes of a block of time; the default gives 10 blocks at most. */
export const BLOCK_SIZES = [10, 20, 25, 50, 100, 200, 500] as const;

/** The agreement of one set of pairs: of a task on this device, of files, or of both together. */
export class AgreementState {
  loaded = $state.raw(false);
  tasks = $state.raw<readonly TaskChoice[]>([]);
  task = $state.raw<StoredTask | null>(null);
  files = $state.raw<readonly AgreementSource[]>([]);
  /** Files that could not be read. */
  unreadable = $state.raw<readonly Refusal[]>([]);
  na = $state.raw<NaPolicy>("missing");
  decisions = $state.raw<readonly Decision[]>([]);
  agreement = $state.raw<Work<Agreement>>({ kind: "none" });
  comparison = $state.raw<Work<MetricComparison, ComparisonProgress>>({ kind: "none" });

  #sessions = $state.raw<readonly SourcedSession[]>([]);
  #run = $state.raw<RunMetrics | null>(null);
  #models = $state.raw<readonly string[]>([]); // keys of raters marked by hand
  #blockSize = $state.raw<number | null>(null);
  #scale = $state.raw<NamedLevel>("interval");
  /** Whether the figures are of what is shown: they stay while newer ones are worked out. */
  #isCurrent = $state.raw(false);

  readonly combined = $derived.by(() => {
    const sessions = this.files.flatMap(({ session }) => session ?? []);
    const tables = this.files.flatMap(({ labels }) => labels ?? []);
    const models = this.files.flatMap(({ modelLabels }) => modelLabels ?? []);
    const task = this.task?.task ?? null;
    return combineLabels(task, [...this.#sessions, ...sessions], tables, models);
  });
  /** With raters marked as models by hand. */
  readonly table: LabelTable<Rating> | null = $derived.by(() => {
    if (this.combined === null) return null;
    const { raters, rows } = this.combined.table;
    const mark = (rater: Rater): Rater =>
      this.#models.includes(raterKey(rater)) ? { ...rater, kind: "model" } : rater;
    return { raters: raters.map(mark), rows };
  });
  /** The table where it holds Y, N and NA; null where it holds numbers. */
  readonly labels = $derived(this.table && isLabelTable(this.table) ? this.table : null);
  readonly level: NamedLevel = $derived(this.labels ? "nominal" : this.#scale);
  readonly blockSize = $derived(this.#blockSize ?? defaultBlockSize(this.table?.rows.length ?? 0));
  readonly finals = $derived(this.labels && adjudicate(this.labels, this.decisions, this.na));
  /** Pairs on which people gave different labels and nobody has decided yet: those without a majority first. */
  readonly disagreements: readonly string[] = $derived.by(() => {
    const people = this.labels ? ratersOfKind(this.labels, "person").rows : [];
    const open = (this.finals ?? []).filter(({ provenance }, i) => {
      const given = people[i]!.labels.filter((label) => label !== null);
      return provenance !== "adjudicated" && given.some((label) => label !== given[0]);
    });
    const [unresolved, majority] = ["unresolved", "majority"].map((kind) =>
      open.filter(({ provenance }) => provenance === kind),
    );
    return [...unresolved!, ...majority!].map(({ pairId }) => pairId);
  });
  readonly metrics = $derived.by(() => {
    const pairs = this.labels?.rows.map(({ pair }) => textsOf(pair)) ?? [];
    return metricsOf(pairs, this.#run, this.files);
  });
  /** A model's labels are of pairs that something else brings. */
  readonly #waiting: readonly Refusal[] = $derived(
    this.combined === null
      ? this.files.flatMap(({ name, modelLabels }) =>
          modelLabels
            ? {
                source: name,
                reason: "there are no pairs here yet; add its task or people’s labels",
              }
            : [],
        )
      : [],
  );
  readonly refused: readonly Refusal[] = $derived([
    ...this.unreadable,
    ...this.#waiting,
    ...(this.combined?.refused ?? []),
    ...this.metrics.refused,
  ]);
  readonly selfAgreement = $derived(
    this.combined?.merged ? selfAgreement(this.combined.merged) : [],
  );
  /** What models replied that is no label. */
  readonly unread = $derived(this.combined?.merged ? unreadReplies(this.combined.merged) : []);
  readonly checks = $derived(this.combined?.merged ? attentionChecks(this.combined.merged) : []);

  readonly #db: Database;
  readonly #digest: Digest;
  readonly #start: () => Client<StatisticsContract>;
  #client: Client<StatisticsContract> | null = null;
  #measuring = new AbortController();
  #comparing = new AbortController();
  #updates = 0;
  #opened = 0;
  #wanted: string | null = null;
  /** What decisions are kept under: the task's id, or the hash of the pairs' ids. */
  #subject: string | null = null;

  /** @param start  starts the worker, once there is something to compute. */
  constructor(db: Database, digest: Digest, start: () => Client<StatisticsContract>) {
    this.#db = db;
    this.#digest = digest;
    this.#start = start;
  }

  /**
   * Shows a task of this device, or with null the files alone. Another task than before puts the files away. The
   * latest call counts, whichever task is read first.
   */
  async open(taskId: string | null): Promise<void> {
    const call = ++this.#opened;
    this.#wanted = taskId;
    const tasks = await taskChoices(this.#db);
    const task = taskId === null ? null : await getTask(this.#db, taskId);
    const sessions = task === null ? [] : await storedSessions(this.#db, task);
    const run = task === null ? null : await runMetricsOf(this.#db, task.source);
    if (call !== this.#opened) return;
    this.tasks = tasks;
    const isSame = this.loaded && taskId === (this.task?.id ?? null);
    if (isSame && taskId === null) return; // files don't change while another page is shown
    if (this.loaded && !isSame) this.#putAway();
    this.task = task;
    this.#sessions = sessions;
    this.#run = run;
    this.loaded = true;
    await this.#update();
  }

  /** Reads the task's sessions anew, if it is the one shown. */
  async reread(taskId: string): Promise<void> {
    if (this.#wanted === taskId) await this.open(taskId);
  }

  /** Adds files, each whole or not at all. */
  async add(files: readonly File[]): Promise<void> {
    const [read, unreadable] = [[] as AgreementSource[], [] as Refusal[]];
    for (const file of files) {
      try {
        const text = decodeText(new Uint8Array(await file.arrayBuffer()), file.name);
        read.push(await readAgreementSource(text, file.name, this.#digest));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        unreadable.push({ source: file.name, reason: reasonOf(error, file.name) });
      }
    }
    this.files = [...this.files, ...read];
    this.unreadable = unreadable;
    await this.#update();
  }

  async removeFile(source: AgreementSource): Promise<void> {
    this.files = this.files.filter((other) => other !== source);
    await this.#update();
  }

  async clear(): Promise<void> {
    this.#putAway();
    await this.#update();
  }

  /** Counts a rater of a table among the models, or back among people. */
  async markAsModel(rater: Rater, isModel: boolean): Promise<void> {
    const key = raterKey({ ...rater, kind: "person" });
    const others = this.#models.filter((other) => other !== key);
    this.#models = isModel ? [...others, key] : others;
    await this.#update();
  }

  /** Whether the rater was marked by hand; a session says itself what it is. */
  isMarked(rater: Rater): boolean {
    return this.#models.includes(raterKey({ ...rater, kind: "person" }));
  }

  async chooseNa(na: NaPolicy): Promise<void> {
    this.na = na;
    await this.#measure();
  }

  /** For ratings that are numbers. Above nominal, NA counts as missing. */
  async chooseLevel(level: NamedLevel): Promise<void> {
    this.#scale = level;
    if (level !== "nominal") this.na = "missing";
    await this.#measure();
  }

  async chooseBlockSize(size: number): Promise<void> {
    this.#blockSize = size;
    await this.#measure();
  }

  /** Adds a decision on a pair. Raters' labels and earlier decisions stay as they are. */
  async decide(pairId: string, label: Label | null, by: string, comment: string): Promise<void> {
    if (this.#subject === null) return;
    const before = this.decisions.flatMap((other) => (other.pairId === pairId ? other.at : []));
    const at = Math.max(Date.now(), ...before.map((at) => at + 1)); // clocks may be set back
    const decision: Decision = { pairId, label, by, at, comment };
    await putDecision(this.#db, this.#subject, decision);
    this.decisions = [...this.decisions, decision];
  }

  /** Gives a decided pair back to the raters' vote. The log keeps both the decision and this. */
  async withdraw(pairId: string, by: string): Promise<void> {
    await this.decide(pairId, null, by, "");
  }

  /** Takes the withdrawn decision again, as it was. */
  async undoWithdrawal(pairId: string): Promise<void> {
    const withdrawn = withdrawnDecision(this.decisions, pairId);
    if (withdrawn) await this.decide(pairId, withdrawn.label, withdrawn.by, withdrawn.comment);
  }

  /** Everything shown, for the files; null while figures of what is shown now are being worked out. */
  report(): AgreementReport | null {
    const { combined, table, agreement, comparison } = this;
    if (combined === null || table === null || agreement.kind !== "done") return null;
    if (!this.#isCurrent) return null;
    return {
      title: combined.title,
      settings: { ...BOOTSTRAP, level: this.level, na: this.na, blockSize: this.blockSize },
      files: this.files.map(({ name }) => name).sort(),
      refused: this.refused,
      superseded: combined.merged?.superseded ?? [],
      table,
      finals: this.finals,
      decisions: this.decisions,
      agreement: agreement.result,
      unread: this.unread,
      selfAgreement: this.selfAgreement,
      checks: this.checks,
      metrics: comparison.kind === "done" ? comparison.result : null,
    };
  }

  cancelComparison(): void {
    this.#comparing.abort();
  }

  compare(): Promise<void> {
    return this.#compare();
  }

  async #update(): Promise<void> {
    this.#measuring.abort(); // what is on its way is of earlier files
    this.#isCurrent = false;
    const { table, combined } = this;
    const update = ++this.#updates;
    const subject = combined?.merged?.task.id ?? (table && (await this.#digest(idsOf(table))));
    const decisions = subject === null ? [] : await decisionsOf(this.#db, subject);
    if (update !== this.#updates) return; // more has come in meanwhile
    this.#subject = subject;
    this.decisions = decisions;
    await Promise.all([this.#measure(), this.#compare()]);
  }

  async #measure(): Promise<void> {
    this.#measuring.abort();
    const { signal } = (this.#measuring = new AbortController());
    this.#isCurrent = false;
    const { table, na, level } = this;
    if (table === null || table.raters.length === 0) {
      this.agreement = { kind: "none" };
      return;
    }
    const blocks = Math.max(1, Math.round(table.rows.length / this.blockSize));
    const options = { ...BOOTSTRAP, na, level, blocks };
    if (this.agreement.kind !== "done") this.agreement = { kind: "working", progress: null };
    const work = await settle(this.#worker().call("agreement", { table, options }));
    if (signal.aborted) return;
    this.agreement = work;
    this.#isCurrent = true;
  }

  async #compare(): Promise<void> {
    this.#comparing.abort();
    const { signal } = (this.#comparing = new AbortController());
    const { labels } = this;
    if (!labels?.raters.some(({ kind }) => kind === "person")) {
      this.comparison = { kind: "none" };
      return;
    }
    const current = () => signal === this.#comparing.signal;
    this.comparison = { kind: "working", progress: null };
    const params = {
      pairs: labelledPairs(labels),
      texts: labels.rows.map(({ pair }) => textsOf(pair).texts),
      metrics: this.metrics.metrics,
      options: BOOTSTRAP,
    };
    const onProgress = (progress: ComparisonProgress) => {
      if (!signal.aborted) this.comparison = { kind: "working", progress };
    };
    const call = this.#worker().call("compareMetrics", params, { signal, onProgress });
    const work = await settle(call);
    if (current()) this.comparison = signal.aborted ? { kind: "cancelled" } : work;
  }

  #worker(): Client<StatisticsContract> {
    return (this.#client ??= this.#start());
  }

  #putAway(): void {
    this.files = [];
    this.unreadable = [];
    this.#models = [];
    this.#blockSize = null;
  }
}

export function defaultBlockSize(pairs: number): number {
  return BLOCK_SIZES.find((size) => pairs / size <= 10) ?? BLOCK_SIZES.at(-1)!;
}

function idsOf({ rows }: LabelTable<Rating>): string {
  return canonicalJson(rows.map(({ pair }) => pair.id));
}
