/** Texts that a model made and a person goes through. They are no part of a backup: what was paid for is in the replies. */
import type { Draft, DraftItem } from "../core/review/draft";
import type { Database } from "./db";
import { rowsUnder } from "./keys";
import { write } from "./write";

const STORES: ["drafts", "draftItems"] = ["drafts", "draftItems"];

/** Stores a draft with its items in place of the one before: all of it or nothing. */
export async function putDraft(
  db: Database,
  draft: Draft,
  items: readonly DraftItem[],
): Promise<void> {
  await write(
    db,
    STORES,
    async (tx) => {
      await tx.objectStore("draftItems").delete(rowsUnder(draft.id));
      await tx.objectStore("drafts").put(draft);
      for (const item of items) await tx.objectStore("draftItems").put(item);
    },
    items,
  );
}

/** Items in their order; null if there is no such draft. */
export async function getDraft(
  db: Database,
  id: string,
): Promise<{ readonly draft: Draft; readonly items: readonly DraftItem[] } | null> {
  const tx = db.transaction(STORES);
  const [draft, items] = await Promise.all([
    tx.objectStore("drafts").get(id),
    tx.objectStore("draftItems").getAll(rowsUnder(id)),
  ]);
  return draft ? { draft, items } : null;
}

/** Items as they were decided, all or none of them. */
export async function putDraftItems(db: Database, items: readonly DraftItem[]): Promise<void> {
  await write(
    db,
    ["draftItems"],
    async (tx) => {
      for (const item of items) await tx.objectStore("draftItems").put(item);
    },
    items,
  );
}

export async function deleteDraft(db: Database, id: string): Promise<void> {
  await write(db, STORES, async (tx) => {
    await tx.objectStore("drafts").delete(id);
    await tx.objectStore("draftItems").delete(rowsUnder(id));
  });
}
