import type { Corpus } from "../core/corpus/corpus";
import type { StudyConfig } from "../core/study/config";
import { resolveConfig } from "../core/study/presets";
import { messageOf } from "../core/message-of";
import { type Client, RemoteError } from "../protocol/rpc";
import type { RunParams, RunProgress, StudyContract } from "../protocol/study";
import { checkpointsOf, collectOrphans } from "../storage/checkpoints";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { type Lease, LeaseLostError } from "../storage/leases";
import { reportOf } from "../storage/reports";
import { type RunRecord, getRun, listRuns, putRun } from "../storage/runs";
import { StorageFullError } from "../storage/storage-full";
import { presentCorpus } from "./corpora.svelte";
import { BACKEND_NAMES, type Device, endIfBroken } from "./device.svelte";
import { holdRun, isHeld, untilLeft } from "./run-locks";
import { EXAMPLE_ID, type ExampleState } from "./example.svelte";
import { StudyRun } from "./study-run.svelte";
import type { Locks } from "./writer-lock";

/** How long a cancelled worker may take to stop by itself before it is ended. */
const GRACE = 500; // ms
/** A GPU that is lost again sooner is not tried a third time. */
const BETWEEN_LOSSES = 60_000; // ms

export interface StudyStart {
  readonly name: string;
  readonly config: StudyConfig;
  readonly corpusId: string;
  readonly corpus: Corpus;
  /** For a chat API; held in memory for the run, never stored. */
  readonly apiKey: string | null;
  /** False leaves another run that is shown where it is. */
  readonly show?: boolean;
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
  readonly #example: Pick<ExampleState, "open"> | null;
  /** How often a run was asked for. */
  #opened = 0;
  #controller = new AbortController();
  #client: Client<StudyContract> | null = null;
  /** Of the live run; null where there are no locks. */
  #lease: Lease | null = null;
  /** Ends the watch over a run of another tab. */
  #watch = new AbortController();

  /**
   * @param findCorpus  the corpus of an opened run, for its texts; null where it is gone.
   * @param example     the recorded study, which opens like a run; null where there is none.
   */
  constructor(
    db: Database,
    device: Device,
    locks: Locks,
    findCorpus: (id: string) => Corpus | null,
    example: Pick<ExampleState, "open"> | null = null,
  ) {
    this.#db = db;
    this.#device = device;
    this.#locks = locks;
    this.#example = example;
    this.#findCorpus = findCorpus;
  }

  /**
   * Runs a study to its end. Refused while one runs: there is one device.
   * @returns the run as it ended.
   * @throws Error while a run goes on.
   */
  async start(given: StudyStart): Promise<StudyRun> {
    const { name, config, corpusId, corpus, apiKey, show } = given;
    this.#refuseWhileLive();
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
    await this.#hold(run, corpus, apiKey, show);
    return run;
  }

  /**
   * Goes on with a run that did not come to its end, or, with settings that ask for more, with one that did.
   * @param show  false leaves another run that is shown where it is.
   * @throws Error while a run goes on, here or in another tab, or if its corpus is gone.
   */
  async goOn(
    run: StudyRun,
    apiKey: string | null,
    config = run.record.config,
    show = true,
  ): Promise<void> {
    this.#refuseWhileLive();
    const { record } = run;
    const corpus = presentCorpus(run.corpus, record.corpusName);
    // A run of an earlier version lacks settings that came since.
    const settings = resolveConfig(config);
    run.record = { ...record, config: settings, status: "running", endedAt: null, message: null };
    run.report = null;
    await this.#hold(run, corpus, apiKey, show);
  }

  /** Stops the run within a second. What was done until then stays. */
  cancel(): void {
    if (!this.live) return;
    this.live.stopping = true;
    this.#controller.abort();
  }

  /** Stops the run at its next step, with a checkpoint of it: nothing is done twice when it goes on. */
  async pause(): Promise<void> {
    if (!this.live || this.live.pausing) return;
    this.live.pausing = true;
    await this.#client?.call("pause", null);
  }

  /**
   * Shows a stored run, or with null the newest. An id that is not there shows nothing; the latest call counts, whichever run
   * is read first.
   */
  async open(runId: string | null): Promise<void> {
    const call = ++this.#opened;
    const id = runId ?? this.live?.id ?? (await listRuns(this.#db))[0]?.id;
    if (call !== this.#opened || (id !== undefined && id === this.shown?.id)) return;
    this.#watch.abort();
    const run = id === undefined ? null : await this.find(id);
    if (call !== this.#opened) return;
    this.shown = run;
    if (run && run !== this.live && run.record.status === "running") void this.#watchElsewhere(run);
  }

  /** A run without showing it; the very one that goes on or is shown, where it is that. Null where there is none. */
  async find(id: string): Promise<StudyRun | null> {
    return [this.live, this.shown].find((run) => run?.id === id) ?? this.#read(id);
  }

  async #read(id: string): Promise<StudyRun | null> {
    if (id === EXAMPLE_ID) return (await this.#example?.open())?.run ?? null;
    const record = await getRun(this.#db, id);
    if (!record) return null;
    const [batches, report] = await Promise.all([eventsOf(this.#db, id), reportOf(this.#db, id)]);
    const run = new StudyRun(await this.#settle(record), this.#findCorpus(record.corpusId));
    run.replace(batches);
    run.report = report;
    await this.#noteCheckpoint(run);
    return run;
  }

  /** Marks runs that ended with their tab as interrupted, and collects what they left half-written. */
  async settleInterrupted(): Promise<void> {
    await collectOrphans(this.#db, (runId) => isHeld(this.#locks, runId));
    for (const record of await listRuns(this.#db)) await this.#settle(record);
  }

  #refuseWhileLive(): void {
    if (this.live) throw new Error(`"${this.live.record.name}" is still running; stop it first`);
  }

  async #hold(run: StudyRun, corpus: Corpus, apiKey: string | null, show = true): Promise<void> {
    this.#controller = new AbortController();
    run.stopping = run.pausing = false;
    this.live = run;
    if (show || this.shown === null || this.shown === run) {
      this.#watch.abort();
      this.#opened++; // what is still being read is not shown over it
      this.shown = run;
    }
    const before = run.record;
    try {
      await holdRun(this.#db, this.#locks, run.id, async (lease, lost) => {
        this.#lease = lease;
        lost.addEventListener("abort", () => this.#device.end()); // what it writes is refused in any case
        const ending = await Promise.race([this.#carryOut(run, corpus, apiKey), thrown(lost)]);
        await this.#end(run, ending);
      });
      await this.#noteCheckpoint(run);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      run.record = { ...before, status: "running" }; // in the tab that has taken over
      if (this.shown === run) void this.#watchElsewhere(run);
    } finally {
      this.live = null;
    }
  }

  /** Shows a run of another tab as interrupted once that tab is gone; where it is frozen, here alone. */
  async #watchElsewhere(run: StudyRun): Promise<void> {
    this.#watch = new AbortController();
    const left = await untilLeft(this.#locks, run.id, this.#watch.signal);
    if (left === "frozen") run.record = { ...run.record, status: "interrupted", message: FROZEN };
    if (left !== "ended" || this.shown !== run) return;
    this.shown = null;
    await this.open(run.id);
  }

  async #carryOut(run: StudyRun, corpus: Corpus, apiKey: string | null): Promise<Ending> {
    const { signal } = this.#controller;
    let lostAt = -Infinity;
    let note: string | null = null;
    for (;;) {
      try {
        await this.#update(run, {});
        signal.throwIfAborted(); // from here on `abandoned` hears of it
        const work = this.#work(run, { corpus, apiKey, note }, signal);
        const { report } = await Promise.race([work, abandoned(signal)]);
        run.report = report;
        return { status: "done", message: null };
      } catch (error) {
        if (signal.aborted) {
          if (error instanceof NotStopping) this.#device.end();
          return { status: "cancelled", message: null };
        }
        const code = error instanceof RemoteError ? error.code : null;
        endIfBroken(this.#device, error);
        if (code !== "DeviceLostError") return endingFrom(error, code);
        if (Date.now() - lostAt < BETWEEN_LOSSES) {
          return { status: "failed", message: lostAgain(messageOf(error)) };
        }
        lostAt = Date.now();
        note = `The GPU was lost (${messageOf(error)}). The run went on by itself, from its last checkpoint.`;
      }
    }
  }

  async #work(
    run: StudyRun,
    params: Pick<RunParams, "corpus" | "apiKey" | "note">,
    signal: AbortSignal,
  ) {
    const { client, info } = await this.#device.start();
    this.#client = client;
    const backend = `${BACKEND_NAMES[info.backend]}, ${info.description}`;
    await this.#update(run, { backend });
    const { id: runId, record } = run;
    const onProgress = (progress: RunProgress) => run.follow(progress);
    const result = client.call(
      "runStudy",
      { runId, lease: this.#lease, config: record.config, ...params },
      { signal, onProgress },
    );
    if (run.pausing) await client.call("pause", null); // it was asked for before there was a run to pause
    return result;
  }

  async #noteCheckpoint(run: StudyRun): Promise<void> {
    run.checkpoint = (await checkpointsOf(this.#db, run.id))[0] ?? null;
  }

  async #update(run: StudyRun, changes: Partial<RunRecord>): Promise<void> {
    run.record = { ...run.record, ...changes };
    await putRun(this.#db, run.record, this.#lease);
  }

  /**
   * Shows how a run ended once that is stored: what is shown is there after a reload. With no room even for that, it is shown
   * here, and the run is marked as interrupted at the next start.
   */
  async #end(run: StudyRun, ending: Ending): Promise<void> {
    const changes = { ...ending, endedAt: Date.now() };
    try {
      await putRun(this.#db, { ...run.record, ...changes }, this.#lease);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
    }
    run.record = { ...run.record, ...changes };
  }

  /** A run that no tab holds any more was interrupted. */
  async #settle(record: RunRecord): Promise<RunRecord> {
    if (record.status !== "running" || (await isHeld(this.#locks, record.id))) return record;
    const settled: RunRecord = { ...record, status: "interrupted" };
    await putRun(this.#db, settled);
    return settled;
  }
}

/** What a run is that its worker gave up: paused as asked for, or for want of room, or failed. */
function endingFrom(error: unknown, code: string | null): Ending {
  if (code === "PausedError") return { status: "paused", message: null };
  if (code === "BudgetError") return { status: "paused", message: messageOf(error) };
  const isFull = code === "StorageFullError" || error instanceof StorageFullError;
  return { status: isFull ? "paused" : "failed", message: messageOf(error) };
}

const lostAgain = (reason: string) =>
  `The GPU was lost twice within a minute (${reason}). Close other programs that use it, or lower sft.microBatch; ` +
  "the run can go on from its last checkpoint.";

class NotStopping extends Error {
  override readonly name = "NotStopping";
}

const FROZEN = "Its tab does not answer: the browser has frozen it, or it hangs.";

function thrown(lost: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    lost.addEventListener("abort", () => reject(lost.reason as Error));
  });
}

/** Rejects when a worker has not stopped by itself within the time allowed. */
function abandoned(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () =>
      setTimeout(() => reject(new NotStopping("the worker did not stop in time")), GRACE),
    );
  });
}
