/** The database's structure, version by version. What a stored row means is versioned in core/format. */
import {
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type StoreNames,
  deleteDB,
  openDB,
} from "idb";
import type { StoredReply } from "../core/chat/reply";
import type { Draft, DraftItem } from "../core/review/draft";
import type { AdapterRow } from "./adapters";
import type { AnswersRow } from "./answers";
import type { CheckpointChunkRow, CheckpointRow } from "./checkpoints";
import type { StoredCorpus } from "./corpora";
import type { DecisionRow } from "./decisions";
import type { EventsRow } from "./events";
import type { EncryptedKey } from "./api-keys";
import type { Lease } from "./leases";
import type { ModelRow } from "./models";
import type { ReportRow } from "./reports";
import type { RunRecord } from "./runs";
import type { SessionKey, SessionRow } from "./sessions";
import type { StoredTask } from "./tasks";

export interface Schema extends DBSchema {
  corpora: { key: string; value: StoredCorpus };
  runs: { key: string; value: RunRecord };
  events: { key: number; value: EventsRow; indexes: { byRun: string } };
  answers: { key: AnswersKey; value: AnswersRow };
  adapters: { key: AdapterKey; value: AdapterRow };
  reports: { key: string; value: ReportRow };
  tasks: { key: string; value: StoredTask };
  sessions: { key: number; value: SessionRow; indexes: { bySession: SessionKey } };
  decisions: { key: number; value: DecisionRow; indexes: { byTask: string } };
  checkpoints: { key: CheckpointKey; value: CheckpointRow };
  checkpointChunks: { key: CheckpointChunkKey; value: CheckpointChunkRow };
  models: { key: string; value: ModelRow };
  leases: { key: string; value: Lease };
  apiKeys: { key: string; value: EncryptedKey };
  replies: { key: string; value: StoredReply; indexes: { byPayer: string } };
  drafts: { key: string; value: Draft };
  draftItems: { key: DraftItemKey; value: DraftItem };
}
export type AnswersKey = [runId: string, cycle: number, role: string, split: string];
export type AdapterKey = [runId: string, cycle: number, role: string];
export type CheckpointKey = [runId: string, serial: number];
export type CheckpointChunkKey = [runId: string, serial: number, index: number];

type DraftItemKey = [draftId: string, position: number];

export type Database = IDBPDatabase<Schema>;
export type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

/** A row of sessions up to version 2. */
type SingleEventRow = Omit<SessionRow, "events"> & { readonly event: SessionRow["events"][number] };

export type Migration = (db: Database, tx: Upgrade) => void | Promise<void>;

/** One step a version, oldest first. Never edit a released step: append one. Await nothing but `tx`. */
export const migrations: readonly Migration[] = [
  (db) => {
    db.createObjectStore("corpora", { keyPath: "id" });
    db.createObjectStore("runs", { keyPath: "id" });
    const events = db.createObjectStore("events", { keyPath: "order", autoIncrement: true });
    events.createIndex("byRun", "runId");
    db.createObjectStore("answers", { keyPath: ["runId", "cycle", "role", "split"] });
    db.createObjectStore("adapters", { keyPath: ["runId", "cycle", "role"] });
    db.createObjectStore("reports", { keyPath: "runId" });
  },
  (db) => {
    db.createObjectStore("tasks", { keyPath: "id" });
    const sessions = db.createObjectStore("sessions", { keyPath: "order", autoIncrement: true });
    sessions.createIndex("bySession", ["taskId", "kind", "name", "part"]);
    const decisions = db.createObjectStore("decisions", { keyPath: "order", autoIncrement: true });
    decisions.createIndex("byTask", "taskId");
  },
  // A row held one event: an import of thousands took seconds.
  async (_db, tx) => {
    const sessions = tx.objectStore("sessions");
    for (let cursor = await sessions.openCursor(); cursor; cursor = await cursor.continue()) {
      const { event, ...row } = cursor.value as unknown as SingleEventRow;
      await cursor.update({ ...row, events: [event] });
    }
  },
  (db) => {
    db.createObjectStore("checkpoints", { keyPath: ["runId", "serial"] });
    db.createObjectStore("checkpointChunks", { keyPath: ["runId", "serial", "index"] });
  },
  (db) => {
    db.createObjectStore("models", { keyPath: "id" });
  },
  (db) => {
    db.createObjectStore("leases", { keyPath: "name" });
    db.createObjectStore("apiKeys", { keyPath: "api" });
  },
  (db) => {
    const replies = db.createObjectStore("replies", { keyPath: "key" });
    replies.createIndex("byPayer", "payer");
  },
  (db) => {
    db.createObjectStore("drafts", { keyPath: "id" });
    db.createObjectStore("draftItems", { keyPath: ["draftId", "position"] });
  },
];

export interface OpenOptions {
  readonly name?: string;
  readonly steps?: readonly Migration[];
  /** A newer tab has taken over, or the browser dropped the connection: this tab must stop writing. */
  readonly onClosed?: () => void;
}

/** The database's name in a browser. */
const NAME = "steadfast";

/**
 * Opens the database at its newest version. A failed step undoes the whole upgrade and is thrown as it is.
 * @throws DOMException "VersionError" if the stored database is newer than this app.
 */
export async function openDatabase(options: OpenOptions = {}): Promise<Database> {
  const { name = NAME, steps = migrations, onClosed } = options;
  let failure: unknown;
  try {
    return await openDB<Schema>(name, steps.length, {
      upgrade(db, from, _to, tx) {
        tx.done.catch(() => {}); // openDB rejects for it
        applySteps(steps.slice(from), db, tx).catch((error: unknown) => {
          failure = error;
          tx.abort();
        });
      },
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        onClosed?.();
      },
      terminated: () => onClosed?.(),
    });
  } catch (error) {
    throw failure ?? error;
  }
}

/**
 * Deletes a database that does not open, so that a backup can be imported into a new one.
 * @throws Error if another tab holds it open.
 */
export function deleteDatabase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const blocked = () => reject(new Error("another tab has it open; close that tab first"));
    deleteDB(NAME, { blocked }).then(resolve, reject);
  });
}

async function applySteps(steps: readonly Migration[], db: Database, tx: Upgrade): Promise<void> {
  for (const step of steps) await step(db, tx);
}
