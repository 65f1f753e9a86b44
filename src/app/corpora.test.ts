import "fake-indexeddb/auto";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Corpus } from "../core/corpus/corpus";
import { listCorpora, putCorpus } from "../storage/corpora";
import { type Database, openDatabase } from "../storage/db";
import { addDraft, getDraft } from "../storage/drafts";
import { someDraft } from "../storage/rows.fixture";
import { CorporaState } from "./corpora.svelte";

const corpus: Corpus = {
  name: "pasted",
  recordedModel: null,
  questions: [
    { id: 1, text: "May one lie?", topic: null, paraphrases: ["Is lying fine?"], recorded: null },
  ],
};

/** Stores a corpus as the import does, and shows it. */
async function bring(db: Database, corpora: CorporaState, id: string, at: number): Promise<void> {
  const source = `${id}.csv`;
  await putCorpus(db, { id, importedAt: at, source, corpus });
  corpora.add({ id, corpus, imported: { source, at } });
}

beforeEach(() => {
  vi.stubGlobal("fetch", async (url: string) => {
    return new Response(await readFile(url.replace("http://page", "public"), "utf8"));
  });
});
afterEach(() => void vi.unstubAllGlobals());

async function state(name: string) {
  const db = await openDatabase({ name });
  const corpora = new CorporaState(db, "http://page/index.html");
  await corpora.load();
  return { db, corpora };
}

test("the corpora that come with the app are there from the start, and cannot be deleted", async () => {
  const { corpora } = await state("built-in");
  await corpora.remove("demo");
  expect(corpora.status.kind).toBe("ready");
  expect(
    corpora.entries.map(({ id, corpus }) => [id, corpus.name, corpus.questions.length]),
  ).toEqual([
    ["demo", "demo", 40],
    ["everyday-ethics", "everyday-ethics", 40],
  ]);
});

test("what was imported last stands first among what was imported", async () => {
  const { db, corpora } = await state("order");
  await bring(db, corpora, "a", 1);
  await bring(db, corpora, "b", 2);
  const ids = ["demo", "everyday-ethics", "b", "a"];
  expect(corpora.entries.map(({ id }) => id)).toEqual(ids);
  await corpora.load();
  expect(corpora.entries.map(({ id }) => id)).toEqual(ids);
});

test("a deleted corpus comes back where it was", async () => {
  const { db, corpora } = await state("undo");
  await bring(db, corpora, "a", 1);
  await bring(db, corpora, "b", 2);
  const before = corpora.entries;
  await corpora.remove("b");
  expect(await listCorpora(db)).toHaveLength(1);
  await corpora.undoRemove();
  expect(corpora.entries).toEqual(before);
  expect(await listCorpora(db)).toHaveLength(2);
  expect(corpora.removed).toBeNull();
});

test("texts that wait for a word go with their corpus, and come back with it", async () => {
  const { db, corpora } = await state("drafts");
  await bring(db, corpora, "a", 1);
  await bring(db, corpora, "b", 2);
  const drafts = (["paraphrases", "rots"] as const).flatMap((kind) =>
    ["a", "b"].map((corpusId) => someDraft(kind, corpusId)),
  );
  for (const draft of drafts) await addDraft(db, draft, true);
  await corpora.remove("a");
  const there = () => Promise.all(drafts.map(({ draft }) => getDraft(db, draft.id)));
  expect(await there()).toEqual([null, drafts[1], null, drafts[3]]);
  await corpora.undoRemove();
  expect(await there()).toEqual(drafts);
});

test("moral foundations of another file are stored with the questions they belong to", async () => {
  const { db, corpora } = await state("label");
  await bring(db, corpora, "a", 1);
  const labels = [
    { id: 1, foundations: ["care"] as const },
    { id: 2, foundations: [] },
  ];
  expect(await corpora.label("a", labels)).toBe(1);
  expect((await listCorpora(db))[0]!.corpus.questions[0]!.foundations).toEqual(["care"]);
  expect(corpora.find("a")!.corpus.questions[0]!.foundations).toEqual(["care"]);
  expect(await corpora.label("demo", labels)).toBe(0);
});

test("an asset that is missing is a state to show", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  const { corpora } = await state("missing");
  expect(corpora.status).toEqual({
    kind: "failed",
    message: "http://page/demo/demo_questions.json answered 404; reload the page to try again",
  });
});
