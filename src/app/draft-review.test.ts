import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { type Draft, type DraftItem, draftId } from "../core/review/draft";
import { listCorpora } from "../storage/corpora";
import { type Database, openDatabase } from "../storage/db";
import { addDraft, getDraft } from "../storage/drafts";
import { CorporaState, type CorpusEntry } from "./corpora.svelte";
import { DraftReview } from "./draft-review.svelte";

const entry = {
  id: "c1",
  corpus: {
    name: "mine",
    questions: [
      { id: 7, text: "Is lying wrong?", topic: null, paraphrases: ["May I lie?"], recorded: null },
    ],
    recordedModel: null,
  },
  imported: { source: "mine.csv", at: 1 },
} satisfies CorpusEntry;
const id = draftId("paraphrases", entry.id);
const draft: Draft = { id, kind: "paraphrases", corpusId: "c1", model: "m", encoder: null, at: 1 };
const item = (position: number, reason: string | null): DraftItem => ({
  ...{ draftId: id, position, questionId: 7, question: "Is lying wrong?", answer: null },
  ...{ text: `Wording ${position}?`, edited: null, reason, similarity: 0.8, score: 0.8 },
  decision: null,
});
const items = [item(0, null), item(1, null), item(2, "It is too far.")];

let databases = 0;
async function opened(): Promise<{ db: Database; review: DraftReview; again: () => DraftReview }> {
  const db = await openDatabase({ name: `review-${++databases}` });
  await addDraft(db, { draft, items }, false);
  const again = () => new DraftReview(db, new CorporaState(db, "http://localhost/"));
  const review = again();
  await review.open("paraphrases", "c1");
  return { db, review, again };
}
const textsOf = ({ items }: DraftReview) =>
  items.map(({ decision, edited }) => [decision, edited] as const);

test("a decision goes on to the next text, is there after a reload, and can be taken back", async () => {
  const { review, again } = await opened();
  await review.decide("keep");
  expect(review.at).toBe(1);
  await review.edit(" Is it bad to lie? ");
  await review.decide("drop");
  expect(review.at).toBe(2);

  const reloaded = again();
  await reloaded.open("paraphrases", "c1");
  expect(textsOf(reloaded)).toEqual([
    ["keep", null],
    ["drop", "Is it bad to lie?"],
    [null, null],
  ]);
  expect([reloaded.at, reloaded.shown]).toEqual([2, [2]]); // where it was left

  await review.undo();
  await review.undo();
  expect(review.at).toBe(1);
  expect(textsOf(review)[1]).toEqual([null, null]);
});

test("all that passed are kept at one stroke, and one undo takes all of them back", async () => {
  const { review } = await opened();
  await review.keepPassing();
  expect(review.counts).toEqual({ kept: 2, dropped: 0, undecided: 1, passing: 0 });
  expect(review.at).toBe(2);
  await review.undo();
  expect(review.counts).toMatchObject({ kept: 0, undecided: 3 });
});

test("the same text again is no change, and takes no undo", async () => {
  const { review } = await opened();
  await review.edit("Is it bad to lie?");
  await review.edit(" Is it bad to lie? ");
  await review.undo();
  expect(textsOf(review)[0]).toEqual([null, null]);
});

test("an empty text is not kept, and says why", async () => {
  const { review } = await opened();
  await review.edit("  ");
  await review.decide("keep");
  expect(review.problem).toContain("There is no text to keep");
  expect(review.counts.kept).toBe(0);
});

test("a kept text that is emptied is to be decided again, and is not kept with the rest", async () => {
  const { review } = await opened();
  await review.decide("keep");
  review.at = 0;
  await review.edit(" ");
  expect(textsOf(review)[0]).toEqual([null, ""]);
  await review.keepPassing();
  expect(textsOf(review)).toEqual([
    [null, ""],
    ["keep", null],
    [null, null],
  ]);
});

test("accepted, the kept texts are a new corpus, and the draft is gone", async () => {
  const { db, review, again } = await opened();
  await review.decide("keep");
  const made = await review.accept(entry, 5);
  expect(made).toMatchObject({
    corpus: { name: "mine, more wordings" },
    imported: { source: "wordings by m", at: 5 },
  });
  const stored = await listCorpora(db);
  expect(stored.map(({ corpus }) => corpus.questions[0]!.paraphrases)).toEqual([
    ["May I lie?", "Wording 0?"],
  ]);
  const reloaded = again();
  await reloaded.open("paraphrases", "c1");
  expect(reloaded.draft).toBeNull();
});

test("pressed twice, a corpus is made once, with the decision that was still being written", async () => {
  const { db, review } = await opened();
  const [, first, second] = await Promise.all([
    review.decide("keep"),
    review.accept(entry),
    review.accept(entry),
  ]);
  expect(first).not.toBeNull();
  expect(second).toBeNull();
  const stored = await listCorpora(db);
  expect(stored.map(({ corpus }) => corpus.questions[0]!.paraphrases)).toEqual([
    ["May I lie?", "Wording 0?"],
  ]);
});

test("a key pressed twice decides the text that was on screen, and no other", async () => {
  const { review } = await opened();
  await Promise.all([review.decide("keep"), review.decide("keep")]);
  expect(textsOf(review).map(([decision]) => decision)).toEqual(["keep", null, null]);
  review.at = 0;
  await review.decide("keep"); // it was kept before: there is nothing to change, and the next comes
  expect(review.at).toBe(1);
  await review.undo();
  expect([review.counts.kept, review.canUndo]).toEqual([0, false]);
});

test("what another tab decided of a text is not undone by this one, which then shows it", async () => {
  const { review, again } = await opened();
  const other = again();
  await other.open("paraphrases", "c1");
  await other.edit("Another wording?");
  await review.decide("drop");
  expect(review.problem).toMatch(/another tab/i);
  expect(textsOf(review)[0]).toEqual([null, "Another wording?"]);
  await review.decide("drop");
  expect(textsOf(review)[0]).toEqual(["drop", "Another wording?"]);
});

test("after another tab's change one's own decisions can still be undone, but for what it changed", async () => {
  const { review, again } = await opened();
  await review.decide("keep");
  await review.decide("drop");
  const other = again();
  await other.open("paraphrases", "c1");
  other.choose("all");
  other.at = 1;
  await other.edit("Another wording?");
  await review.undo();
  expect([review.problem, review.canUndo]).toEqual([expect.stringMatching(/another tab/i), true]);
  await review.undo();
  expect([review.problem, review.canUndo]).toEqual([null, false]);
  expect(textsOf(review).slice(0, 2)).toEqual([
    [null, null],
    ["drop", "Another wording?"],
  ]);
});

test("texts thrown away whose corpus is gone meanwhile are still at hand, and the reason is said", async () => {
  const { db, review } = await opened();
  const corpora = new CorporaState(db, "http://localhost/");
  corpora.add(entry);
  const own = new DraftReview(db, corpora);
  await own.open("paraphrases", "c1");
  await own.discard();
  await own.undoDiscard(); // the corpus is listed, but not stored
  expect(own.problem).toContain("The corpus was deleted meanwhile");
  expect(own.discarded!.items).toHaveLength(items.length);
  await review.open("paraphrases", "c1");
  expect(review.draft).toBeNull();
});

test("a draft that another tab made a corpus of, or made anew, takes no decision of the old one", async () => {
  const { db, review, again } = await opened();
  const other = again();
  await other.open("paraphrases", "c1");
  await other.decide("keep");
  await other.accept(entry);
  expect(await review.accept(entry)).toBeNull();
  expect([review.draft, review.problem]).toEqual([null, expect.stringMatching(/another tab/i)]);
  expect(await listCorpora(db)).toHaveLength(1);

  await addDraft(db, { draft, items }, false);
  await review.open("paraphrases", "c1");
  await other.open("paraphrases", "c1");
  await other.discard();
  await addDraft(db, { draft: { ...draft, at: 2 }, items }, false);
  await review.decide("keep");
  expect((await getDraft(db, id))!.items.every(({ decision }) => decision === null)).toBe(true);
  expect(review.draft!.at).toBe(2);
  await other.undoDiscard(); // it would replace the new one
  expect(other.problem).toMatch(/another tab/i);
  expect((await getDraft(db, id))!.draft.at).toBe(2);
});

test("a corpus is made of every tab's decisions", async () => {
  const { db, review, again } = await opened();
  const other = again();
  await other.open("paraphrases", "c1");
  await other.decide("keep");
  review.at = 1;
  await review.decide("keep");
  await review.accept(entry);
  expect((await listCorpora(db))[0]!.corpus.questions[0]!.paraphrases).toEqual([
    ...["May I lie?", "Wording 0?", "Wording 1?"],
  ]);
});

test("nothing kept makes no corpus, and what was thrown away comes back", async () => {
  const { db, review } = await opened();
  await expect(review.accept(entry)).rejects.toThrow("nothing is kept yet");
  expect(await listCorpora(db)).toEqual([]);
  await review.decide("keep");
  await review.discard();
  expect(review.draft).toBeNull();
  await review.undoDiscard();
  expect(review.counts.kept).toBe(1);
});
