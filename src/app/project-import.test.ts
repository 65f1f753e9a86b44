import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { listCorpora, putCorpus } from "../storage/corpora";
import { type Database, openDatabase } from "../storage/db";
import { addDraft, changeDraftItems, getDraft } from "../storage/drafts";
import { EVERYTHING } from "../storage/project";
import { corpus, run, someDraft } from "../storage/rows.fixture";
import { listRuns, putRun } from "../storage/runs";
import { carryOut, planImport } from "./project-import";
import { archiveName, exportProject } from "./project-source";

let storage: Storage;
beforeEach(() => {
  const kept = new Map<string, string>();
  storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
});

async function archiveOf(db: Database): Promise<File> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const archive = exportProject(db, storage, { createdAt: 1, ...EVERYTHING });
  for await (const chunk of archive) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  return new File(chunks, "project.zip");
}

const studied = { ...run("r"), corpusId: "c", config: { ...run("r").config, corpus: "c" } };

async function filled(name: string): Promise<Database> {
  const db = await openDatabase({ name });
  await putCorpus(db, corpus("c"));
  await putRun(db, studied);
  storage.setItem("steadfast.setup", '{"preset":"recommended"}');
  return db;
}

test("an import lists what is new, the same and different, and writes nothing", async () => {
  const here = await filled("list");
  const archive = await archiveOf(here);
  await putRun(here, { ...studied, name: "renamed" });
  const there = await openDatabase({ name: "list-there" });
  const states = async (db: Database) =>
    (await planImport(db, storage, archive)).items.map(({ item, state }) => [item.kind, state]);
  expect(await states(here)).toEqual([
    ["settings", "same"],
    ["corpus", "same"],
    ["run", "different"],
  ]);
  expect(await states(there)).toEqual([
    ["settings", "same"],
    ["corpus", "new"],
    ["run", "new"],
  ]);
  expect(await listCorpora(there)).toEqual([]);
});

test("what differs is kept, or a copy stands beside it; a run's copy names the copy of its corpus", async () => {
  const db = await filled("copy");
  const archive = await archiveOf(db);
  await putCorpus(db, { ...corpus("c"), source: "changed.csv" });
  await putRun(db, { ...studied, name: "renamed" });
  const plan = await planImport(db, storage, archive);
  expect(await carryOut(db, storage, plan, () => "keep")).toBe(0);
  expect(await listCorpora(db)).toHaveLength(1);

  expect(await carryOut(db, storage, plan, () => "import")).toBe(2);
  const corpora = await listCorpora(db);
  const copy = corpora.find(({ id }) => id !== "c")!;
  expect(corpora.find(({ id }) => id === "c")?.source).toBe("changed.csv");
  expect([copy.corpus.name, copy.source]).toEqual(["mine (imported)", "mine.csv"]);
  const runs = await listRuns(db);
  expect(runs.find(({ id }) => id === "r")?.name).toBe("renamed");
  const runCopy = runs.find(({ id }) => id !== "r")!;
  expect([runCopy.corpusId, runCopy.config.corpus]).toEqual([copy.id, copy.id]);
});

test("texts to go through come back from a backup: in place of others only when that is chosen, or with a copy of their corpus", async () => {
  const db = await filled("drafts");
  const [ofMine, ofDemo] = [someDraft("rots", "c"), someDraft("paraphrases", "demo")];
  await addDraft(db, ofMine, true);
  await addDraft(db, ofDemo, false);
  const archive = await archiveOf(db);
  const there = await openDatabase({ name: "drafts-there" });
  await carryOut(there, storage, await planImport(there, storage, archive), () => "keep");
  expect(await getDraft(there, ofMine.draft.id)).toEqual(ofMine);
  expect(await getDraft(there, ofDemo.draft.id)).toEqual(ofDemo);

  await putCorpus(db, { ...corpus("c"), source: "changed.csv" });
  for (const { draft, items } of [ofMine, ofDemo]) {
    const after = { ...items[1]!, decision: "drop" as const };
    await changeDraftItems(db, draft, [{ before: items[1]!, after }]);
  }
  const plan = await planImport(db, storage, archive);
  expect(await carryOut(db, storage, plan, () => "keep")).toBe(0);
  const decided = async (id: string) =>
    (await getDraft(db, id))!.items.map((item) => item.decision);
  expect(await decided(ofDemo.draft.id)).toEqual([null, "drop"]);
  await carryOut(db, storage, plan, ({ kind }) => (kind === "run" ? "keep" : "import"));
  expect(await decided(ofDemo.draft.id)).toEqual([null, null]);
  expect(await decided(ofMine.draft.id)).toEqual([null, "drop"]);
  const copy = (await listCorpora(db)).find(({ id }) => id !== "c")!;
  expect(await decided(`rots:${copy.id}`)).toEqual([null, null]);
});

test("texts that another tab has decided since the archive was opened are not replaced, nor anything else brought in", async () => {
  const db = await filled("overtaken");
  const { draft, items } = someDraft("paraphrases", "demo");
  await addDraft(db, { draft, items }, false);
  const archive = await archiveOf(db);
  const decide = async (i: number) => {
    const after = { ...items[i]!, decision: "drop" as const };
    await changeDraftItems(db, draft, [{ before: items[i]!, after }]);
  };
  await decide(0);
  await putRun(db, { ...studied, name: "renamed" });
  const plan = await planImport(db, storage, archive);
  await decide(1);
  await expect(carryOut(db, storage, plan, () => "import")).rejects.toThrow("Open the file again");
  expect((await getDraft(db, draft.id))!.items.map(({ decision }) => decision)).toEqual([
    ...["drop", "drop"],
  ]);
  expect(await listRuns(db)).toHaveLength(1);

  const there = await openDatabase({ name: "overtaken-there" });
  const fresh = await planImport(there, storage, archive);
  await addDraft(there, { draft, items }, false);
  await expect(carryOut(there, storage, fresh, () => "keep")).rejects.toThrow(
    "Open the file again",
  );
  expect(await listCorpora(there)).toEqual([]);
});

test("settings that differ are replaced only when that is chosen", async () => {
  const db = await filled("settings");
  const archive = await archiveOf(db);
  storage.setItem("steadfast.setup", "mine");
  const plan = await planImport(db, storage, archive);
  await carryOut(db, storage, plan, () => "keep");
  expect(storage.getItem("steadfast.setup")).toBe("mine");
  await carryOut(db, storage, plan, () => "import");
  expect(storage.getItem("steadfast.setup")).toBe('{"preset":"recommended"}');
});

test("an archive's name sorts by time", () => {
  expect(archiveName(Date.UTC(2026, 10, 24, 16, 5, 9))).toBe("steadfast-2026-11-24T16-05-09.zip");
});
