/** Studies one after another, as a comparison of methods needs them. */
import { canonicalJson } from "../core/annotation/canonical-json";
import type { PlannedStudy } from "../core/compare/plan";
import type { Corpus } from "../core/corpus/corpus";
import { messageOf } from "../core/message-of";
import type { Database } from "../storage/db";
import { listRuns, type RunRecord } from "../storage/runs";
import type { StudyRun } from "./study-run.svelte";
import type { StudyState } from "./study.svelte";

export type QueueStatus =
  | { readonly kind: "idle" }
  | {
      readonly kind: "running";
      /** Studies that are there in the end, of `total`. */
      readonly done: number;
      readonly total: number;
      readonly name: string;
    }
  | {
      readonly kind: "ended";
      readonly done: number;
      readonly total: number;
      /** Why it ended before all were done; null where they are. */
      readonly reason: string | null;
    };

/** What all of its studies run on. */
export interface QueueInput {
  readonly corpusId: string;
  readonly corpus: Corpus;
  /** For a chat API; held in memory, never stored. */
  readonly apiKey: string | null;
}

/**
 * Runs planned studies in their order. One that this browser has finished is not run again, and one that was cut short goes on: a
 * queue that was stopped, or whose tab was closed, is started again and does what is left.
 */
export class RunQueue {
  status = $state.raw<QueueStatus>({ kind: "idle" });
  running = $derived(this.status.kind === "running");

  readonly #db: Database;
  readonly #study: Pick<StudyState, "start" | "goOn" | "open" | "cancel" | "shown">;
  readonly #afterEach: () => Promise<void>;
  #stopping = false;

  /** @param afterEach  what is done once a study has ended, such as a backup. */
  constructor(
    db: Database,
    study: Pick<StudyState, "start" | "goOn" | "open" | "cancel" | "shown">,
    afterEach: () => Promise<void>,
  ) {
    this.#db = db;
    this.#study = study;
    this.#afterEach = afterEach;
  }

  /** Does nothing while it runs already. */
  async run(studies: readonly PlannedStudy[], input: QueueInput): Promise<void> {
    if (this.running) return;
    this.#stopping = false;
    const total = studies.length;
    let done = 0;
    let reason: string | null = null;
    for (const study of studies) {
      const name = nameOf(study);
      this.status = { kind: "running", done, total, name };
      try {
        reason = await this.#runOne(study, name, input);
      } catch (error) {
        reason = `${name} could not be started: ${messageOf(error)}`;
      }
      if (reason !== null) break;
      done++;
    }
    this.status = { kind: "ended", done, total, reason };
  }

  /** Stops the study under way, and what would have come after it. */
  stop(): void {
    this.#stopping = true;
    this.#study.cancel();
  }

  /** Why no other is to be run after this one; null where it is done. */
  async #runOne(study: PlannedStudy, name: string, input: QueueInput): Promise<string | null> {
    const stored = await this.#storedRun(study, input.corpusId);
    if (stored?.status === "done") return null;
    if (this.#stopping) return "You stopped it";
    if (stored?.status === "running") return `${name} is running in another tab`;
    const { status, message } = (await this.#carryOut(stored, study, name, input)).record;
    await this.#afterEach();
    if (status === "done") return null;
    if (status === "cancelled") return `You stopped ${name}`;
    if (status === "running") return `${name} goes on in another tab`; // which has taken it over
    return `${name} ${status === "failed" ? "failed" : "was paused"}${message === null ? "" : `: ${message}`}`;
  }

  async #carryOut(
    stored: RunRecord | null,
    { config }: PlannedStudy,
    name: string,
    { corpusId, corpus, apiKey }: QueueInput,
  ): Promise<StudyRun> {
    if (stored === null) {
      return this.#study.start({ name, config, corpusId, corpus, apiKey });
    }
    await this.#study.open(stored.id);
    const run = this.#study.shown;
    if (run?.id !== stored.id) throw new Error("its run has just been deleted; start again");
    await this.#study.goOn(run, apiKey);
    return run;
  }

  /** The newest run with the same settings on the same corpus, a finished one before others. */
  async #storedRun({ config }: PlannedStudy, corpusId: string): Promise<RunRecord | null> {
    const settings = canonicalJson(config);
    const same = (await listRuns(this.#db)).filter(
      (run) => run.corpusId === corpusId && canonicalJson(run.config) === settings,
    );
    return same.find(({ status }) => status === "done") ?? same[0] ?? null;
  }
}

const nameOf = ({ method, seed }: PlannedStudy) => `${method}, seed ${seed}`;
