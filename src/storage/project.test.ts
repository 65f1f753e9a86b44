import "fake-indexeddb/auto";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { archiveOf, byteDigest, sourceOf } from "../../tests/project/archive";
import { someTask } from "../../tests/annotation/tasks";
import type { ProjectItem } from "../core/format/project/items";
import { digestOf, openProject } from "../core/format/project/project";
import { checkpointsOf, loadCheckpoint, saveCheckpoint } from "./checkpoints";
import { type Database, openDatabase } from "./db";
import { changeDraftItems, getDraft } from "./drafts";
import { EVERYTHING, importItems, isEmpty, projectItems, wipe } from "./project";
import { projectOf, seedOfProject } from "../../tests/project/random-project";
import { adapter, answersTo, checkpoint, corpus, report, run, someDraft } from "./rows.fixture";
import { sessionsOf } from "./sessions";

async function* everything(db: Database, settings: ProjectItem): AsyncGenerator<ProjectItem> {
  yield settings;
  yield* projectItems(db, EVERYTHING);
}

async function read(bytes: Uint8Array): Promise<ProjectItem[]> {
  const archive = await openProject(sourceOf(bytes), byteDigest);
  return Promise.all(archive.items.map((item) => archive.read(item)));
}

/** Whatever the order: items are exported in that of their ids. */
async function digests(items: readonly ProjectItem[]): Promise<string[]> {
  return (await Promise.all(items.map((item) => digestOf(item, byteDigest)))).sort();
}

test("promise 7: export, wipe, import and export again give the same bytes, for any project", async () => {
  const db = await openDatabase({ name: "round-trip" });
  await fc.assert(
    fc.asyncProperty(seedOfProject, async (seed) => {
      await wipe(db);
      const [settings, ...items] = await projectOf(seed);
      await importItems(db, items);
      const exported = await archiveOf(everything(db, settings!));
      await wipe(db);
      expect(await isEmpty(db)).toBe(true);
      const [settingsRead, ...itemsRead] = await read(exported);
      expect(await digests([settingsRead!, ...itemsRead])).toEqual(
        await digests([settings!, ...items]),
      );
      await importItems(db, itemsRead);
      const again = await archiveOf(everything(db, settingsRead!));
      expect(Buffer.compare(again, exported)).toBe(0);
    }),
    { numRuns: Number(process.env["FUZZ_RUNS"] ?? 60) },
  );
}, 600_000);

test("a backup of version 1, which has no drafts, still comes back whole", async () => {
  const db = await openDatabase({ name: "version-1" });
  const items = await read(await readFile("tests/fixtures/projects/v1.zip"));
  expect(items.map(({ kind }) => kind)).toEqual(["settings", "corpus", "run", "replies"]);
  await importItems(db, items);
  const again = await read(await archiveOf(everything(db, items[0]!)));
  expect(await digests(again)).toEqual(await digests(items));
});

const runItem = (id: string): ProjectItem => ({
  kind: "run",
  content: {
    record: run(id),
    events: [{ at: 1, events: [{ kind: "progress", done: 1, total: 2 }] }],
    answers: [{ cycle: 0, role: "baseline", split: "evaluation", answers: answersTo(1) }],
    report,
  },
  adapters: [{ cycle: 1, role: "lora", weights: adapter }],
  checkpoints: [],
});
const corpusItem = (id: string): ProjectItem => ({ kind: "corpus", content: corpus(id) });

test("an id that is taken stops the whole import, and nothing of it is stored", async () => {
  const db = await openDatabase({ name: "taken" });
  await importItems(db, [runItem("b")]);
  const before = await archiveOf(projectItems(db, EVERYTHING));
  const taken = importItems(db, [corpusItem("c"), runItem("a"), runItem("b")]);
  await expect(taken).rejects.toThrow(
    /has changed since this file was opened.*Open the file again/,
  );
  expect(Buffer.compare(await archiveOf(projectItems(db, EVERYTHING)), before)).toBe(0);
});

test("a draft that is no more as it was seen does not give way", async () => {
  const db = await openDatabase({ name: "give-way" });
  const seen = someDraft("rots", "demo");
  await importItems(db, [{ kind: "draft", content: seen }]);
  const replace = () => importItems(db, [{ kind: "draft", content: seen }], [seen]);
  await replace();
  const [before] = seen.items;
  await changeDraftItems(db, seen.draft, [
    { before: before!, after: { ...before!, decision: "keep" } },
  ]);
  await expect(replace()).rejects.toThrow("Open the file again");
  expect((await getDraft(db, seen.draft.id))!.items[0]!.decision).toBe("keep");
});

test("labels of a task that is here are added to those that are here", async () => {
  const db = await openDatabase({ name: "labels" });
  const task = await someTask();
  const stored = {
    id: task.id,
    createdAt: 1,
    source: { kind: "file", name: "p.csv" },
    task,
  } as const;
  const label = (item: number) => ({ kind: "label", item, label: "Y", at: item }) as const;
  const decision = { pairId: "p", label: "N", by: "Cy", at: 9, comment: "" } as const;
  const item = (events: readonly ReturnType<typeof label>[], by: string): ProjectItem => ({
    kind: "task",
    content: {
      stored,
      sessions: [{ rater: { name: "Ann", kind: "person" }, part: 0, events }],
      decisions: [{ ...decision, by }],
    },
  });
  await importItems(db, [item([label(0)], "Cy")]);
  await importItems(db, [item([label(0), label(1)], "Bo")]);
  await importItems(db, [item([label(0), label(2)], "Bo")]);
  expect(await sessionsOf(db, task.id)).toEqual([
    { rater: { name: "Ann", kind: "person" }, part: 0, events: [label(0), label(1)] },
    { rater: { name: "Ann", kind: "person" }, part: 1, events: [label(0), label(2)] },
  ]);
  expect((await db.getAll("decisions")).map(({ decision }) => decision.by)).toEqual(["Cy", "Bo"]);
});

test("an archive without adapters and checkpoints has the rest of a run", async () => {
  const db = await openDatabase({ name: "no-adapters" });
  await importItems(db, [runItem("a")]);
  await saveCheckpoint(db, "a", checkpoint(1), 2, byteDigest);
  const none = { adapters: false, checkpoints: false };
  const [item] = await read(await archiveOf(projectItems(db, none), none));
  expect(item).toEqual({ ...runItem("a"), adapters: [] });
});

test("a checkpoint goes on elsewhere from an archive, and one that is damaged is left out of it", async () => {
  const db = await openDatabase({ name: "checkpoints" });
  await importItems(db, [{ ...runItem("a"), adapters: [] } as ProjectItem]);
  for (const step of [1, 2, 3]) await saveCheckpoint(db, "a", checkpoint(step), 3, byteDigest);
  await db.delete("checkpointChunks", ["a", 3, 0]);
  const items = await read(await archiveOf(projectItems(db, EVERYTHING)));
  await wipe(db);
  await importItems(db, items);
  const phase = { kind: "lora", cycle: 1 } as const;
  expect(await checkpointsOf(db, "a")).toMatchObject([{ step: 2 }, { step: 1 }]);
  expect(await loadCheckpoint(db, "a", phase, byteDigest)).toEqual({
    checkpoint: checkpoint(2),
    refused: [],
  });
});
