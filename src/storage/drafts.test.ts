import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import type { Draft, DraftItem } from "../core/review/draft";
import { openDatabase } from "./db";
import { deleteDraft, getDraft, putDraft, putDraftItems } from "./drafts";
import { wipe } from "./project";

const draft: Draft = { id: "paraphrases:c1", kind: "paraphrases", corpusId: "c1", model: "m", encoder: null, at: 1 }; // prettier-ignore
const item = (position: number, draftId = draft.id): DraftItem => ({
  ...{ draftId, position, questionId: 7, question: "Lie?", answer: null, text: `t${position}` },
  ...{ edited: null, reason: null, similarity: null, score: null, decision: null },
});
const items = Array.from({ length: 12 }, (_, i) => item(i));

test("a draft is found again with its items in order and what was decided of them, and another's stay apart", async () => {
  const db = await openDatabase({ name: "drafts" });
  await putDraft(db, draft, items);
  const other = { ...draft, id: "rots:c1", kind: "rots" as const };
  await putDraft(db, other, [item(0, other.id)]);
  await putDraftItems(db, [{ ...items[10]!, decision: "keep", edited: "x" }]);
  const found = await getDraft(db, draft.id);
  expect(found).toEqual({
    draft,
    items: items.with(10, { ...items[10]!, decision: "keep", edited: "x" }),
  });

  await putDraft(db, draft, items.slice(0, 2)); // made again: the items before are gone
  expect((await getDraft(db, draft.id))!.items).toHaveLength(2);
  await deleteDraft(db, draft.id);
  expect(await getDraft(db, draft.id)).toBeNull();
  expect((await getDraft(db, other.id))!.items).toHaveLength(1);
  await wipe(db);
  expect(await getDraft(db, other.id)).toBeNull();
});
