/**
 * Collects a run's events, sends them to the page at most ten times a second, and stores them in order. Of a run that
 * goes on, what is stored already is passed over, and what will be run again is cut off where new work begins.
 */
import type { StudyEvent } from "../src/core/study/events";
import { keptEvents, Replay } from "../src/core/study/replay";
import type { EventBatch, RunProgress } from "../src/protocol/study";
import type { Database } from "../src/storage/db";
import { appendEvents, replaceEvents } from "../src/storage/events";

const EVERY_MS = 100;

export class EventLog {
  readonly #db: Database;
  readonly #runId: string;
  readonly #send: (progress: RunProgress) => void;
  /** Of a run that goes on, to its end: after the seam, too, it may tell what is stored. */
  readonly #replay: Replay | null;
  /** What is stored, of a run that goes on; null once new work has begun. */
  #earlier: EventBatch[] | null;
  #pending: StudyEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastSent = 0;
  #written: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;
  #isClosed = false;

  /** @param stored  what is stored of the run; empty for one that begins. */
  constructor(
    db: Database,
    runId: string,
    stored: readonly EventBatch[],
    send: (progress: RunProgress) => void,
  ) {
    this.#db = db;
    this.#runId = runId;
    this.#send = send;
    const goesOn = stored.length > 0;
    this.#replay = goesOn ? new Replay(stored.flatMap(({ events }) => events)) : null;
    this.#earlier = goesOn ? [...stored] : null;
  }

  readonly add = (event: StudyEvent): void => {
    if (this.#isClosed) return; // work that was given up may still talk
    if (this.#replay?.isNew(event) === false) return;
    if (this.#earlier && event.kind === "resumed") return this.#cut(event);
    // Of counts only the latest matters.
    const isCount = event.kind === "progress" || event.kind === "spending";
    if (isCount && this.#pending.at(-1)?.kind === event.kind) this.#pending.pop();
    this.#pending.push(event);
    if (Date.now() - this.#lastSent >= EVERY_MS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), EVERY_MS);
  };

  /** Resolves when all that was added is on disk. @throws what the first failed write threw. */
  async flushed(): Promise<void> {
    this.#flush();
    await this.#written;
    if (this.#failure) throw this.#failure.error;
  }

  /** Sends and stores what is left, and takes no more. @throws what the first failed write threw. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flushed();
  }

  /** New work begins: what it will tell again goes, on the page too. */
  #cut(event: Extract<StudyEvent, { kind: "resumed" }>): void {
    this.#flush();
    const batches = this.#earlier!;
    this.#earlier = null;
    const kept = new Set(
      keptEvents(
        batches.flatMap(({ events }) => events),
        event.from,
      ),
    );
    const stay = batches
      .map(({ at, events }) => ({ at, events: events.filter((event) => kept.has(event)) }))
      .filter(({ events }) => events.length > 0);
    const log = [...stay, { at: Date.now(), events: [event] }];
    this.#send({ kept: log });
    this.#write(() => replaceEvents(this.#db, this.#runId, log));
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    this.#lastSent = Date.now();
    const batch = { at: this.#lastSent, events: this.#pending };
    this.#pending = [];
    this.#earlier?.push(batch);
    this.#send(batch);
    this.#write(() => appendEvents(this.#db, this.#runId, batch));
  }

  /** After the writes before it; later ones are tried even if one fails. */
  #write(work: () => Promise<void>): void {
    this.#written = this.#written
      .then(work)
      .catch((error: unknown) => void (this.#failure ??= { error }));
  }
}
