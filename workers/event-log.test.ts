import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import type { Phase, StudyEvent } from "../src/core/study/events";
import type { RunProgress } from "../src/protocol/study";
import { openDatabase } from "../src/storage/db";
import { appendEvents, eventsOf } from "../src/storage/events";
import { EventLog } from "./event-log";

const lora: Phase = {
  kind: "lora",
  cycle: 1,
  role: "lora",
  split: "train",
  total: 0,
  unit: "steps",
};
const phase: StudyEvent = { kind: "phase", phase: lora };
const progress = (done: number): StudyEvent => ({ kind: "progress", done, total: 9 });
const step = (step: number): StudyEvent => ({
  kind: "sft-step",
  cycle: 1,
  step: { step, totalSteps: 9, loss: step, learningRate: 1, gradientNorm: 1, tokens: 1 },
});
const resumedAt = (step: number): StudyEvent => ({
  kind: "resumed",
  from: { kind: "lora", cycle: 1, step },
});

let databases = 0;

async function logOf(stored: readonly StudyEvent[][]) {
  const db = await openDatabase({ name: `log-${++databases}` });
  for (const [at, events] of stored.entries()) await appendEvents(db, "r", { at, events });
  const sent: RunProgress[] = [];
  const log = new EventLog(db, "r", await eventsOf(db, "r"), (batch) => sent.push(batch));
  const kept = async () => (await eventsOf(db, "r")).flatMap(({ events }) => events);
  return { log, sent, kept };
}

test("a run that begins tells and stores everything, in order", async () => {
  const { log, sent, kept } = await logOf([]);
  const events = [phase, step(1), progress(1), step(2), progress(2)];
  events.forEach(log.add);
  await log.close();
  expect(await kept()).toEqual(events);
  expect(sent.flatMap((batch) => ("events" in batch ? batch.events : []))).toEqual(events);
});

test("a run that goes on stores no event twice, and those after the checkpoint anew, once", async () => {
  const note: StudyEvent = { kind: "note", sentence: "The GPU was lost." };
  const { log, sent, kept } = await logOf([
    [phase, step(1), progress(1)],
    [step(2), progress(2), step(3), progress(3)],
  ]);
  for (const event of [note, phase, progress(0), resumedAt(2), step(3), progress(3), step(4)]) {
    log.add(event);
  }
  await log.close();
  expect(await kept()).toEqual([
    ...[phase, step(1), step(2), note, resumedAt(2)],
    ...[step(3), progress(3), step(4)],
  ]);
  const cut = sent.find((message) => "kept" in message)!;
  expect(cut.kept.map(({ events }) => events)).toEqual([
    [phase, step(1)],
    [step(2)],
    [note],
    [resumedAt(2)],
  ]);
  expect(cut.kept.slice(0, 2).map(({ at }) => at)).toEqual([0, 1]);
});

test("what is told again after the seam is not stored again", async () => {
  const pinned: StudyEvent = { kind: "pinned", cycle: 1, phase: "lora", step: 0, answers: [] };
  const { log, kept } = await logOf([[phase, pinned, step(1), step(2)]]);
  // The order of a study that goes on: the seam, then its phase from the beginning.
  for (const event of [resumedAt(1), phase, pinned, step(2), progress(2)]) log.add(event);
  await log.close();
  expect(await kept()).toEqual([phase, pinned, step(1), resumedAt(1), step(2), progress(2)]);
});

test("what is flushed is on disk, and a closed log takes no more", async () => {
  const { log, kept } = await logOf([]);
  log.add(phase);
  log.add(step(1));
  await log.flushed();
  expect(await kept()).toEqual([phase, step(1)]);
  await log.close();
  log.add(step(2));
  await log.flushed();
  expect(await kept()).toEqual([phase, step(1)]);
});

test("a write that failed is told by the next flush", async () => {
  const { log } = await logOf([]);
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  log.add(phase);
  await expect(log.flushed()).rejects.toThrow(/no room/);
  vi.restoreAllMocks();
});
