import {
  type SessionEvent,
  type SessionState,
  applyEvent,
  emptySession,
  foldSession,
  isBreakDue,
  progressOf,
} from "../core/annotation/queue";
import type { Rater } from "../core/annotation/session-file";
import type { Label, LabelTask } from "../core/annotation/task";
import { messageOf, withStop } from "../core/message-of";
import type { Database } from "../storage/db";
import { appendSessionEvent, sessionEventsOf } from "../storage/sessions";
import type { Lease } from "../storage/leases";
import { type SessionLock, acquireSession } from "./session-lock";
import { shownPair } from "./shown-pair";
import type { Locks } from "./writer-lock";

/**
 * One rater at work on one task. Every act is an event that is on disk before the screen moves on: what is shown as
 * labelled survives the browser's end.
 */
export class Labelling {
  readonly task: LabelTask;
  readonly rater: Rater;
  session = $state.raw<SessionState>(emptySession);
  /** Item on the screen; null when all are labelled, and before the session is read. */
  item = $state.raw<number | null>(null);
  /** `waiting`: another tab writes this session, and this one only reads. */
  status = $state.raw<"opening" | "writing" | "waiting">("opening");
  /** The label being committed: shown as pressed at once. */
  pending = $state.raw<Label | null>(null);
  /** Why the last act was not stored; null if it was. */
  problem = $state.raw<string | null>(null);
  /** A break is suggested, once in each stretch of work. */
  breakDue = $state.raw(false);

  progress = $derived.by(() => progressOf(this.task, this.session));
  shown = $derived.by(() => shownPair(this.task, this.session, this.item));

  readonly #db: Database;
  readonly #now: () => number;
  readonly #lock: SessionLock;
  #lease: Lease | null = null;
  #busy = false;
  /** Start of the stretch of work in which a break was turned down. */
  #restedFrom: number | null = null;

  constructor(db: Database, locks: Locks, task: LabelTask, rater: Rater, now = Date.now) {
    this.#db = db;
    this.#now = now;
    this.task = task;
    this.rater = rater;
    this.#lock = acquireSession(db, locks, task.id, rater, {
      onHeld: (lease) => {
        this.#lease = lease;
        void this.#read("writing");
      },
      onRefused: () => {
        this.#lease = null;
        void this.#read("waiting");
      },
      onFailed: (error) => {
        this.problem = `This session cannot be written: ${withStop(messageOf(error))}`;
      },
    });
  }

  /** Lets another tab write this session. */
  close(): void {
    this.#lock.release();
  }

  /** Labels the pair shown; the next one comes when the label is on disk. */
  async label(label: Label): Promise<void> {
    const item = this.item;
    if (item === null) return;
    await this.#act({ kind: "label", item, label, at: this.#now() }, label);
  }

  /** Takes back the last label, on whichever pair, and shows that pair. */
  async undo(): Promise<void> {
    if (this.session.history.length === 0) return;
    await this.#act({ kind: "undo", at: this.#now() });
  }

  async toggleFlag(): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    const { item, flagged } = shown;
    await this.#act({ kind: "flag", item, flagged: !flagged, at: this.#now() });
  }

  /** An empty text removes the comment. */
  async comment(text: string): Promise<void> {
    const { shown } = this;
    const trimmed = text.trim();
    if (!shown || trimmed === shown.comment) return;
    await this.#act({ kind: "comment", item: shown.item, text: trimmed, at: this.#now() });
  }

  /** Shows a neighbour; from the end, the last pair. */
  move(step: -1 | 1): void {
    if (this.#busy) return;
    const { length } = this.task.items;
    const next = (this.item ?? length) + step;
    if (next >= length) this.item = this.session.current === null ? null : this.item;
    else this.item = Math.max(0, next);
  }

  dismissBreak(): void {
    this.#restedFrom = this.session.workingSince;
    this.breakDue = false;
  }

  async #read(status: "writing" | "waiting"): Promise<void> {
    try {
      const events = await sessionEventsOf(this.#db, this.task.id, this.rater);
      this.session = foldSession(this.task, events);
      this.item = this.session.current;
      this.status = status;
      this.problem = null;
    } catch (error) {
      this.problem = `This session could not be read: ${withStop(messageOf(error))}`;
    }
  }

  async #act(event: SessionEvent, pending: Label | null = null): Promise<void> {
    if (this.#busy || this.status !== "writing" || this.#lease === null) return;
    this.#busy = true;
    this.pending = pending;
    try {
      await appendSessionEvent(this.#db, this.task.id, this.rater, event, this.#lease);
      this.session = applyEvent(this.task, this.session, event);
      if (event.kind === "label" || event.kind === "undo") this.item = this.session.current;
      this.problem = null;
      const { workingSince } = this.session;
      this.breakDue = workingSince !== this.#restedFrom && isBreakDue(this.session, this.#now());
    } catch (error) {
      this.problem = `This was not saved: ${withStop(messageOf(error))} Nothing before it is lost; try again.`;
    } finally {
      this.pending = null;
      this.#busy = false;
    }
  }
}
