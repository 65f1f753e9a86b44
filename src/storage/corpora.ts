import type { Corpus } from "../core/corpus/corpus";
import { DRAFT_KINDS, draftId, type StoredDraft } from "../core/review/draft";
import type { Database } from "./db";
import { deleteRows, DRAFT_STORES, putRows } from "./drafts";
import { rowsUnder } from "./keys";
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

/** Deletes a corpus with the texts that wait for a word on it. @returns those. */
export async function deleteCorpus(db: Database, id: string): Promise<StoredDraft[]> {
  return write(db, ["corpora", ...DRAFT_STORES], async (tx) => {
    await tx.objectStore("corpora").delete(id);
    const found: StoredDraft[] = [];
    for (const kind of DRAFT_KINDS) {
      const draft = await tx.objectStore("drafts").get(draftId(kind, id));
      if (!draft) continue;
      found.push({ draft, items: await tx.objectStore("draftItems").getAll(rowsUnder(draft.id)) });
      await deleteRows(tx, draft.id);
    }
    return found;
  });
}

/** Puts back what `deleteCorpus` deleted. */
export async function restoreCorpus(
  db: Database,
  stored: StoredCorpus,
  drafts: readonly StoredDraft[],
): Promise<void> {
  await write(
    db,
    ["corpora", ...DRAFT_STORES],
    async (tx) => {
      await tx.objectStore("corpora").put(stored);
      for (const draft of drafts) await putRows(tx, draft);
    },
    [stored, drafts],
  );
}
