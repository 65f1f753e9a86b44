import type { Corpus } from "../core/corpus/corpus";
import type { Database } from "./db";
import { write } from "./write";

/** A corpus that the user imported. Those that come with the app are not stored. */
export interface StoredCorpus {
  readonly id: string;
  /** ms since the epoch. */
  readonly importedAt: number;
  /** Name of the file it came from. */
  readonly source: string;
  readonly corpus: Corpus;
}

export async function putCorpus(db: Database, stored: StoredCorpus): Promise<void> {
  await write(db, ["corpora"], (tx) => tx.objectStore("corpora").put(stored), stored);
}

/** Newest first. */
export async function listCorpora(db: Database): Promise<StoredCorpus[]> {
  const all = await db.getAll("corpora");
  return all.sort((a, b) => b.importedAt - a.importedAt);
}

export async function getCorpus(db: Database, id: string): Promise<StoredCorpus | null> {
  return (await db.get("corpora", id)) ?? null;
}

export async function deleteCorpus(db: Database, id: string): Promise<void> {
  await write(db, ["corpora"], (tx) => tx.objectStore("corpora").delete(id));
}
