/** Studies one after another, as a comparison of methods needs them. */
import { type PlannedStudy, sameResults } from "../core/compare/plan";
import type { Corpus } from "../core/corpus/corpus";
import { messageOf } from "../core/message-of";
import type { StudyConfig } from "../core/study/config";
import { resolveConfig } from "../core/study/presets";
import type { Database } from "../storage/db";
import { listRuns } from "../storage/runs";
import type { StudyRun } from "./study-run.svelte";
import type { StudyState } from "./study.svelte";
import type { Locks } from "./writer-lock";

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

type Studies = Pick<StudyState, "start" | "goOn" | "find" | "cancel">;

/** Two tabs would each run what neither has finished. */
const LOCK = "steadfast-run-queue";

/**
 * Runs planned studies in their order. One that this browser has finished is not run again, and one that was cut short goes on: a
 * queue that was stopped, or whose tab was closed, is started again and does what is left. A run that is being read stays shown.
 */
export class RunQueue {
  status = $state.raw<QueueStatus>({ kind: "idle" });
  running = $derived(this.status.kind === "running");
  /** A stop was asked for, and the study under way has not stopped yet. */
  stopping = $state.raw(false);

  readonly #db: Database;
  readonly #locks: Locks;
  readonly #study: Studies;
  readonly #afterEach: () => Promise<void>;

  /** @param afterEach  what is done once a study has ended, such as a backup. */
  constructor(db: Database, locks: Locks, study: Studies, afterEach: () => Promise<void>) {
    this.#db = db;
    this.#locks = locks;
    this.#study = study;
    this.#afterEach = afterEach;
  }

  /** Does nothing while it runs already. */
  async run(studies: readonly PlannedStudy[], input: QueueInput): Promise<void> {
    const [first] = studies;
    if (this.running || first === undefined) return;
    this.stopping = false;
    const total = studies.length;
    this.status = { kind: "running", done: 0, total, name: nameOf(first) };
    const outcome = await this.#alone(() => this.#runAll(studies, input));
    const refused = { done: 0, reason: "Another tab runs methods already" };
    this.status = { kind: "ended", total, ...(outcome ?? refused) };
  }

  /** Stops the study under way, and what would have come after it. */
  stop(): void {
    this.stopping = true;
    this.#study.cancel();
  }

  /** Null where another tab is at it. */
  async #alone<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#locks === null) return work();
    return this.#locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? work() : null));
  }

  async #runAll(studies: readonly PlannedStudy[], input: QueueInput) {
    const total = studies.length;
    for (const [done, study] of studies.entries()) {
      const name = nameOf(study);
      this.status = { kind: "running", done, total, name };
      try {
        const reason = await this.#runOne(study, name, input);
        if (reason !== null) return { done, reason };
      } catch (error) {
        return { done, reason: `${name} could not be started: ${messageOf(error)}` };
      }
    }
    return { done: total, reason: null };
  }

  /** Why no other is to be run after this one; null where it is done. */
  async #runOne(study: PlannedStudy, name: string, input: QueueInput): Promise<string | null> {
    const stored = await this.#storedRun(study, input);
    if (stored?.record.status === "done") return null;
    if (this.stopping) return "You stopped it";
    if (stored?.record.status === "running") return `${name} is running in another tab`;
    const run = await this.#carryOut(stored, study, name, input);
    await this.#afterEach().catch(() => {}); // the run is kept, whether or not a backup of it could be written
    const { status, message } = run.record;
    if (status === "done") return null;
    if (status === "cancelled") return `You stopped ${name}`;
    if (status === "running") return `${name} goes on in another tab`; // which has taken it over
    return `${name} ${status === "failed" ? "failed" : "was paused"}${message === null ? "" : `: ${message}`}`;
  }

  async #carryOut(
    stored: StudyRun | null,
    { config }: PlannedStudy,
    name: string,
    input: QueueInput,
  ): Promise<StudyRun> {
    if (stored === null) return this.#study.start({ name, config, ...input, show: false });
    const asked = { ...stored.record.config, aligned: config.aligned }; // it may spend what is set now
    await this.#study.goOn(stored, input.apiKey, asked, false);
    return stored;
  }

  /** The newest run of this browser that gives the same results, a finished one before others. */
  async #storedRun(
    { config }: PlannedStudy,
    { corpusId, corpus }: QueueInput,
  ): Promise<StudyRun | null> {
    const same = (await listRuns(this.#db)).filter(
      (run) => run.corpusId === corpusId && isSame(run.config, config, corpus),
    );
    const found = same.find(({ status }) => status === "done") ?? same[0];
    return found === undefined ? null : this.#study.find(found.id);
  }
}

/** @param stored  maybe of an earlier version, which lacks settings, or of questions that are gone: then it is not. */
function isSame(stored: StudyConfig, config: StudyConfig, corpus: Corpus): boolean {
  try {
    return sameResults(resolveConfig(stored), config, corpus);
  } catch {
    return false;
  }
}

const nameOf = ({ method, seed }: PlannedStudy) => `${method}, seed ${seed}`;
