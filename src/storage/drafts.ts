/** Texts that a model made and a person goes through, in step between tabs: nobody writes over what was not seen. */
import type { Draft, DraftItem, StoredDraft } from "../core/review/draft";
import type { StoredCorpus } from "./corpora";
import type { Database } from "./db";
import { rowsUnder } from "./keys";
import { write, type Writing } from "./write";

export const DRAFT_STORES: ["drafts", "draftItems"] = ["drafts", "draftItems"];

type DraftWriting = Pick<Writing<typeof DRAFT_STORES>, "objectStore">;

/** What was to be written rests on something that another tab has changed since. */
export class DraftChangedError extends Error {
  override readonly name = "DraftChangedError";
}

/**
 * Stores a draft with its items: all of it or nothing.
 * @param needsCorpus  whether its corpus is in the database, rather than one that comes with the app.
 * @throws DraftChangedError if there is such a draft already, or its corpus is gone.
 */
export async function addDraft(
  db: Database,
  stored: StoredDraft,
  needsCorpus: boolean,
): Promise<void> {
  await write(
    db,
    [...DRAFT_STORES, "corpora"],
    async (tx) => {
      await checkFree(
        tx.objectStore("drafts"),
        tx.objectStore("corpora"),
        stored.draft,
        needsCorpus,
      );
      await putRows(tx, stored);
    },
    stored,
  );
}

/** Whether a draft could be added now. @throws as `addDraft` would. */
export async function checkDraftFree(
  db: Database,
  draft: Pick<Draft, "id" | "corpusId">,
  needsCorpus: boolean,
): Promise<void> {
  const tx = db.transaction(["drafts", "corpora"]);
  await checkFree(tx.objectStore("drafts"), tx.objectStore("corpora"), draft, needsCorpus);
}

async function checkFree(
  drafts: { getKey(id: string): Promise<string | undefined> },
  corpora: { getKey(id: string): Promise<string | undefined> },
  { id, corpusId }: Pick<Draft, "id" | "corpusId">,
  needsCorpus: boolean,
): Promise<void> {
  if (needsCorpus && (await corpora.getKey(corpusId)) === undefined) {
    throw new DraftChangedError("The corpus was deleted meanwhile; import it again first");
  }
  if ((await drafts.getKey(id)) === undefined) return;
  throw new DraftChangedError(
    "Another tab has made such texts of this corpus; close this and open it again to go through those",
  );
}

/** Items in their order; null if there is no such draft. */
export async function getDraft(db: Database, id: string): Promise<StoredDraft | null> {
  return readRows(db.transaction(DRAFT_STORES), id);
}

/** An item as a person saw it, and as it is now to be. */
export interface ItemChange {
  readonly before: DraftItem;
  readonly after: DraftItem;
}

/**
 * Stores what a person made of some items, all or none of it.
 * @throws DraftChangedError if the draft is another by now, or one of the items no more as it was seen.
 */
export async function changeDraftItems(
  db: Database,
  draft: Draft,
  changes: readonly ItemChange[],
): Promise<void> {
  await write(
    db,
    DRAFT_STORES,
    async (tx) => {
      const items = await itemsOf(tx, draft);
      for (const { before, after } of changes) {
        const now = items[before.position];
        if (now?.decision !== before.decision || now.edited !== before.edited) {
          throw new DraftChangedError(
            "Another tab has changed this text meanwhile; nothing was changed here, and it is shown as it stands",
          );
        }
        await tx.objectStore("draftItems").put(after);
      }
    },
    changes,
  );
}

/**
 * Stores a corpus in place of the draft that it is made of.
 * @param make  of the items as all tabs left them; what it throws leaves the draft as it is.
 * @throws DraftChangedError if the draft is another by now, or gone.
 */
export async function acceptDraft(
  db: Database,
  draft: Draft,
  make: (items: readonly DraftItem[]) => StoredCorpus,
): Promise<StoredCorpus> {
  return write(db, [...DRAFT_STORES, "corpora"], async (tx) => {
    const made = make(await itemsOf(tx, draft));
    await tx.objectStore("corpora").add(made);
    await deleteRows(tx, draft.id);
    return made;
  });
}

/**
 * Deletes a draft, and gives what it was.
 * @throws DraftChangedError if it is another by now, or gone.
 */
export async function deleteDraft(db: Database, draft: Draft): Promise<StoredDraft> {
  return write(db, DRAFT_STORES, async (tx) => {
    const items = await itemsOf(tx, draft);
    await deleteRows(tx, draft.id);
    return { draft, items };
  });
}

interface DraftReading {
  objectStore(name: "drafts"): { get(id: string): Promise<Draft | undefined> };
  objectStore(name: "draftItems"): { getAll(under: IDBKeyRange): Promise<DraftItem[]> };
}

/** Within a transaction; null if there is no such draft. */
export async function readRows(tx: DraftReading, id: string): Promise<StoredDraft | null> {
  const [draft, items] = await Promise.all([
    tx.objectStore("drafts").get(id),
    tx.objectStore("draftItems").getAll(rowsUnder(id)),
  ]);
  return draft ? { draft, items } : null;
}

/** Within a transaction. @throws DOMException "ConstraintError" if there is such a draft. */
export async function putRows(tx: DraftWriting, { draft, items }: StoredDraft): Promise<void> {
  await tx.objectStore("drafts").add(draft);
  for (const item of items) await tx.objectStore("draftItems").add(item);
}

/** Within a transaction: deletes a draft of which nothing need be there. */
export async function deleteRows(tx: DraftWriting, id: string): Promise<void> {
  await tx.objectStore("drafts").delete(id);
  await tx.objectStore("draftItems").delete(rowsUnder(id));
}

async function itemsOf(tx: DraftWriting, { id, at }: Draft): Promise<DraftItem[]> {
  const now = await tx.objectStore("drafts").get(id);
  if (now?.at !== at) {
    throw new DraftChangedError(
      "Another tab has made a corpus of these texts, thrown them away or made them anew; nothing was changed here",
    );
  }
  return tx.objectStore("draftItems").getAll(rowsUnder(id));
}
