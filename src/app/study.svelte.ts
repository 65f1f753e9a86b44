import type { Corpus } from "../core/corpus/corpus";
import type { StudyConfig } from "../core/study/config";
import { messageOf } from "../core/message-of";
import { RemoteError } from "../protocol/rpc";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { reportOf } from "../storage/reports";
import { type RunRecord, getRun, listRuns, putRun } from "../storage/runs";
import { StorageFullError } from "../storage/storage-full";
import { BACKEND_NAMES, type Device } from "./device.svelte";
import { type Locks, holdRun, isHeld } from "./run-locks";
import { StudyRun } from "./study-run.svelte";

/** How long a cancelled worker may take to stop by itself before it is ended. */
const GRACE = 500; // ms

export interface StudyStart {
  readonly name: string;
  readonly config: StudyConfig;
  readonly corpusId: string;
  readonly corpus: Corpus;
  /** For a chat API; held in memory for the run, never stored. */
  readonly apiKey: string | null;
}

/** What a run ended as. */
type Ending = Pick<RunRecord, "status" | "message">;

/** The run that goes on and the run that is shown: often the same. A failed run is a state to show, not a throw. */
export class StudyState {
  shown = $state.raw<StudyRun | null>(null);
  live = $state.raw<StudyRun | null>(null);
  status = $derived(this.shown?.record.status ?? "idle");

  readonly #db: Database;
  readonly #device: Device;
  readonly #locks: Locks;
  readonly #findCorpus: (id: string) => Corpus | null;
  #controller = new AbortController();

  /** @param findCorpus  the corpus of an opened run, for its texts; null where it is gone. */
  constructor(
    db: Database,
    device: Device,
    locks: Locks,
    findCorpus: (id: string) => Corpus | null,
  ) {
    this.#db = db;
    this.#device = device;
    this.#locks = locks;
    this.#findCorpus = findCorpus;
  }

  /**
   * Runs a study to its end. Refused while one runs: there is one device.
   * @throws Error while a run goes on.
   */
  async start({ name, config, corpusId, corpus, apiKey }: StudyStart): Promise<void> {
    if (this.live) throw new Error(`"${this.live.record.name}" is still running; stop it first`);
    const record: RunRecord = {
      id: crypto.randomUUID(),
      name,
      createdAt: Date.now(),
      endedAt: null,
      status: "running",
      message: null,
      config,
      corpusId,
      corpusName: corpus.name,
      backend: null,
    };
    const run = new StudyRun(record, corpus);
    this.#controller = new AbortController();
    this.live = this.shown = run;
    await holdRun(this.#locks, record.id, async () => {
      const ending = await this.#carryOut(run, corpus, apiKey);
      await this.#end(run, ending);
    }).finally(() => {
      this.live = null;
    });
  }

  /** Stops the run within a second. What was done until then stays. */
  cancel(): void {
    if (!this.live) return;
    this.live.stopping = true;
    this.#controller.abort();
  }

  /** Shows a stored run, or with null the newest. An id that is not there shows nothing. */
  async open(runId: string | null): Promise<void> {
    const id = runId ?? this.live?.id ?? (await listRuns(this.#db))[0]?.id;
    if (id === undefined || id === this.live?.id) {
      this.shown = this.live;
      return;
    }
    if (id === this.shown?.id) return;
    const record = await getRun(this.#db, id);
    if (!record) {
      this.shown = null;
      return;
    }
    const [batches, report] = await Promise.all([eventsOf(this.#db, id), reportOf(this.#db, id)]);
    const run = new StudyRun(await this.#settle(record), this.#findCorpus(record.corpusId));
    for (const batch of batches) run.add(batch);
    run.report = report;
    this.shown = run;
  }

  /** Marks runs that ended with their tab as interrupted. */
  async settleInterrupted(): Promise<void> {
    for (const record of await listRuns(this.#db)) await this.#settle(record);
  }

  async #carryOut(run: StudyRun, corpus: Corpus, apiKey: string | null): Promise<Ending> {
    const { signal } = this.#controller;
    try {
      await this.#update(run, {});
      const work = this.#work(run, corpus, apiKey, signal);
      const { report } = await Promise.race([work, abandoned(signal)]);
      run.report = report;
      return { status: "done", message: null };
    } catch (error) {
      if (signal.aborted) {
        if (error instanceof NotStopping) this.#device.end();
        return { status: "cancelled", message: null };
      }
      if (error instanceof RemoteError && error.code === "WorkerFailed") this.#device.end();
      return { status: "failed", message: messageOf(error) };
    }
  }

  async #work(run: StudyRun, corpus: Corpus, apiKey: string | null, signal: AbortSignal) {
    const { client, info } = await this.#device.start();
    const backend = `${BACKEND_NAMES[info.backend]}, ${info.description}`;
    await this.#update(run, { backend });
    const params = { runId: run.id, config: run.record.config, corpus, apiKey };
    return client.call("runStudy", params, { signal, onProgress: (batch) => run.add(batch) });
  }

  async #update(run: StudyRun, changes: Partial<RunRecord>): Promise<void> {
    run.record = { ...run.record, ...changes };
    await putRun(this.#db, run.record);
  }

  /** With no room even for how it ended, the run shows it here and is marked as interrupted at the next start. */
  async #end(run: StudyRun, ending: Ending): Promise<void> {
    try {
      await this.#update(run, { ...ending, endedAt: Date.now() });
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
    }
  }

  /** A run that no tab holds any more was interrupted. */
  async #settle(record: RunRecord): Promise<RunRecord> {
    if (record.status !== "running" || (await isHeld(this.#locks, record.id))) return record;
    const settled: RunRecord = { ...record, status: "interrupted" };
    await putRun(this.#db, settled);
    return settled;
  }
}

class NotStopping extends Error {
  override readonly name = "NotStopping";
}

/** Rejects when a worker has not stopped by itself within the time allowed. */
function abandoned(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () =>
      setTimeout(() => reject(new NotStopping("the worker did not stop in time")), GRACE),
    );
  });
}
