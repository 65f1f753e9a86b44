import "fake-indexeddb/auto";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listCorpora } from "../storage/corpora";
import { openDatabase } from "../storage/db";
import { CorporaState } from "./corpora.svelte";

const csv =
  "question_id,question,paraphrased\n1,May one lie?,Is lying fine?\n1,May one lie?,Lie?\n";
const broken = `${csv}2,May one steal?,\n`;

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

test("a sound file is stored; a broken one beside it is named and leaves nothing", async () => {
  const { db, corpora } = await state("import");
  await corpora.importFiles([new File([broken], "broken.csv"), new File([csv], "sound.csv")]);
  expect(corpora.problems).toEqual([
    'broken.csv, row 4, column "paraphrased": the cell is empty. Fill it in or remove the row.',
  ]);
  expect((await listCorpora(db)).map(({ source }) => source)).toEqual(["sound.csv"]);
  expect(corpora.entries.at(-1)?.corpus.name).toBe("sound");
});

test("the problems of one import are gone with the next that succeeds", async () => {
  const { corpora } = await state("again");
  await corpora.importText({ name: "pasted.csv", text: broken });
  expect(corpora.problems).toHaveLength(1);
  await corpora.importText({ name: "pasted.csv", text: csv });
  expect(corpora.problems).toEqual([]);
});

test("a deleted corpus comes back where it was", async () => {
  const { db, corpora } = await state("undo");
  await corpora.importText({ name: "pasted.csv", text: csv });
  const before = corpora.entries;
  await corpora.remove(before.at(-1)!.id);
  expect(await listCorpora(db)).toEqual([]);
  await corpora.undoRemove();
  expect(corpora.entries).toEqual(before);
  expect(await listCorpora(db)).toHaveLength(1);
  expect(corpora.removed).toBeNull();
});

test("an asset that is missing is a state to show", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  const { corpora } = await state("missing");
  expect(corpora.status).toEqual({
    kind: "failed",
    message: "http://page/demo/demo_questions.json answered 404; reload the page to try again",
  });
});
