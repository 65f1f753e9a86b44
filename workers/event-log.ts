/** Collects a run's events, sends them to the page at most ten times a second, and stores them in order. */
import type { StudyEvent } from "../src/core/study/events";
import type { EventBatch } from "../src/protocol/study";
import type { Database } from "../src/storage/db";
import { appendEvents } from "../src/storage/events";

const EVERY_MS = 100;

export class EventLog {
  readonly #db: Database;
  readonly #runId: string;
  readonly #send: (batch: EventBatch) => void;
  #pending: StudyEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastSent = 0;
  #stored: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  constructor(db: Database, runId: string, send: (batch: EventBatch) => void) {
    this.#db = db;
    this.#runId = runId;
    this.#send = send;
  }

  readonly add = (event: StudyEvent): void => {
    // Of counts only the latest matters.
    if (event.kind === "progress" && this.#pending.at(-1)?.kind === "progress") this.#pending.pop();
    this.#pending.push(event);
    if (Date.now() - this.#lastSent >= EVERY_MS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), EVERY_MS);
  };

  /** Sends and stores what is left. @throws what the first failed write threw. */
  async close(): Promise<void> {
    this.#flush();
    await this.#stored;
    if (this.#failure) throw this.#failure.error;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    this.#lastSent = Date.now();
    const batch = { at: this.#lastSent, events: this.#pending };
    this.#pending = [];
    this.#send(batch);
    this.#stored = this.#stored
      .then(() => appendEvents(this.#db, this.#runId, batch))
      .catch((error: unknown) => void (this.#failure ??= { error })); // later batches are tried all the same
  }
}
