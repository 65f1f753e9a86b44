import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { openDatabase } from "./db";
import { acceptDraft, addDraft, changeDraftItems, deleteDraft, getDraft } from "./drafts";
import { wipe } from "./project";
import { corpus, someDraft } from "./rows.fixture";

const one = someDraft("paraphrases", "c1");
const items = Array.from({ length: 12 }, (_, position) => ({ ...one.items[0]!, position }));
const { draft } = one;

test("a draft is found again with its items in order and what was decided of them, and another's stay apart", async () => {
  const db = await openDatabase({ name: "drafts" });
  await addDraft(db, { draft, items }, false);
  const other = someDraft("rots", "c1");
  await addDraft(db, other, false);
  const [before, after] = [items[10]!, { ...items[10]!, decision: "keep", edited: "x" } as const];
  await changeDraftItems(db, draft, [{ before, after }]);
  const found = { draft, items: items.with(10, after) };
  expect(await getDraft(db, draft.id)).toEqual(found);

  expect(await deleteDraft(db, draft)).toEqual(found);
  expect(await getDraft(db, draft.id)).toBeNull();
  expect(await getDraft(db, other.draft.id)).toEqual(other);
  await wipe(db);
  expect(await getDraft(db, other.draft.id)).toBeNull();
});

test("what another tab has changed is not written over, and nothing of the writing is stored", async () => {
  const db = await openDatabase({ name: "drafts-tabs" });
  await addDraft(db, { draft, items }, false);
  const drop = (i: number) => ({ before: items[i]!, after: { ...items[i]!, decision: "drop" as const } }); // prettier-ignore
  await changeDraftItems(db, draft, [drop(3)]);
  const there = await getDraft(db, draft.id);
  const changed = { name: "DraftChangedError" };
  const keep = { before: items[3]!, after: { ...items[3]!, decision: "keep" as const } };
  await expect(changeDraftItems(db, draft, [drop(2), keep])).rejects.toMatchObject(changed);
  const older = { ...draft, at: 0 };
  await expect(changeDraftItems(db, older, [drop(2)])).rejects.toMatchObject(changed);
  await expect(deleteDraft(db, older)).rejects.toMatchObject(changed);
  await expect(acceptDraft(db, older, () => corpus("made"))).rejects.toMatchObject(changed);
  await expect(addDraft(db, one, false)).rejects.toMatchObject(changed);
  await expect(addDraft(db, someDraft("rots", "c1"), true)).rejects.toThrow("was deleted");
  expect(await getDraft(db, draft.id)).toEqual(there);
  expect(await db.count("corpora")).toBe(0);
});
