import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBuiltIn } from "../core/corpus/built-in";
import type { StudyEvent } from "../core/study/events";
import { demoStudy, quick, resolveConfig } from "../core/study/presets";
import { openDatabase } from "../storage/db";
import { appendEvents } from "../storage/events";
import { type RunRecord, putRun } from "../storage/runs";
import { earlierRun } from "./earlier-run";
import { timeOfStudy } from "./expected-time";
import { applyBatch, emptyView } from "./study-view";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));
const config = resolveConfig(demoStudy);
const events = (
  JSON.parse(readFileSync("tests/fixtures/study-times/ppo.json", "utf8")) as {
    readonly events: readonly (readonly [number, StudyEvent])[];
  }
).events;
const batches = events.map(([at, event]) => ({ at, events: [event] }));
const run = { view: batches.reduce(applyBatch, emptyView), config, corpus };
const took = batches.at(-1)!.at;

test("the same study takes the same time, and half of it on a machine twice as fast", () => {
  const same = timeOfStudy(config, corpus, run)!;
  expect(same / took).toBeGreaterThan(0.95);
  expect(same / took).toBeLessThan(1.05);
  expect(timeOfStudy(config, corpus, run, 2)).toBeCloseTo(same / 2);
});

test("the quick study takes less than a third of the whole one", () => {
  const asked = timeOfStudy(resolveConfig(quick(demoStudy)), corpus, run)!;
  expect(asked).toBeGreaterThan(0.1 * took);
  expect(asked).toBeLessThan(took / 3);
});

test("of nothing run, or settings that fit no corpus, nothing is said", () => {
  expect(timeOfStudy(config, corpus, { ...run, view: emptyView })).toBeNull();
  const wrong = { ...config, questions: { ...config.questions, evaluation: 999 } };
  expect(timeOfStudy(wrong, corpus, run)).toBeNull();
});

test("the time is told from the newest finished run of the same model that had no break", async () => {
  const db = await openDatabase({ name: "earlier" });
  const seam: StudyEvent = { kind: "resumed", from: null };
  const put = async (
    id: string,
    createdAt: number,
    changes: Partial<RunRecord>,
    broken = false,
  ) => {
    const record: RunRecord = {
      ...{ id, name: id, createdAt, endedAt: null, status: "done", message: null, config },
      ...{ corpusId: "demo", corpusName: "demo", backend: id, ...changes },
    };
    await putRun(db, record);
    await appendEvents(db, id, { at: 1, events: broken ? [seam] : [] });
  };
  const find = (target: string) => earlierRun(db, target, (id) => (id === "demo" ? corpus : null));
  expect(await find("demo")).toBeNull();
  await put("old", 1, {});
  await put("good", 2, {});
  await put("broken", 3, {}, true);
  await put("failed", 4, { status: "failed" });
  await put("corpus gone", 5, { corpusId: "gone" });
  await put("another model", 6, { config: { ...config, target: "hub:a/b" } });
  expect(await find("demo")).toMatchObject({ backend: "good" });
  expect(await find("hub:a/b")).toMatchObject({ backend: "another model" });
});
