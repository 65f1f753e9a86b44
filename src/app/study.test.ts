import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { demoStudy, resolveConfig } from "../core/study/presets";
import type { EventBatch } from "../protocol/study";
import { appendEvents } from "../storage/events";
import { getRun, putRun } from "../storage/runs";
import { EXAMPLE_ID } from "./example.svelte";
import { noQuestions, studyWith, untilAborted } from "./study.fixture";
import { StudyState } from "./study.svelte";

const start = {
  name: "Test",
  config: resolveConfig(demoStudy),
  corpusId: "demo",
  corpus: noQuestions,
  apiKey: null,
};
const batch: EventBatch = {
  at: 5,
  events: [
    {
      kind: "phase",
      phase: { kind: "lora", cycle: 1, role: "lora", split: "train", total: 9, unit: "steps" },
    },
  ],
};

test("a run goes from running to done, and its record says on what it ran", async () => {
  const { db, study } = await studyWith(async (_, { progress }) => {
    progress(batch);
    return { report: { version: 1 } as never };
  });
  const run = study.start(start);
  expect(study.live!.record.status).toBe("running");
  await run;
  expect(study.live).toBeNull();
  expect(study.shown!.view.phases).toHaveLength(1);
  expect(study.shown!.report).toEqual({ version: 1 });
  expect(await getRun(db, study.shown!.id)).toMatchObject({
    status: "done",
    backend: "Plain JavaScript, test",
  });
});

test("a failure is a state with the worker's message, and the next run can start", async () => {
  let fail = true;
  const { study } = await studyWith(async () => {
    if (fail) throw new RangeError("question 9 is not in the corpus; choose another");
    return { report: {} as never };
  });
  await study.start(start);
  expect(study.shown!.record).toMatchObject({
    status: "failed",
    message: "question 9 is not in the corpus; choose another",
  });
  fail = false;
  await study.start(start);
  expect(study.shown!.record.status).toBe("done");
});

test("a cancelled run keeps what was done, and the worker lives on", async () => {
  const { study, terminated } = await studyWith(async (_, { signal, progress }) => {
    progress(batch);
    return untilAborted(signal);
  });
  const run = study.start(start);
  await expect.poll(() => study.live!.view.phases.length).toBe(1);
  study.cancel();
  expect(study.live!.stopping).toBe(true);
  await run;
  expect(study.shown!.record).toMatchObject({ status: "cancelled", message: null });
  expect(study.shown!.view.phases).toHaveLength(1);
  expect(terminated()).toBe(0);
});

test("a run is shown as stopped once that is stored, so a reload shows it too", async () => {
  const { db, study } = await studyWith((_, { signal }) => untilAborted(signal));
  const run = study.start(start);
  await expect.poll(() => study.live?.record.backend).toBe("Plain JavaScript, test");
  let busy = true;
  const store = db.transaction("runs", "readwrite").store; // what the run writes waits for it
  const other = (async () => {
    while (busy) await store.count();
  })();
  study.cancel();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(study.live).toMatchObject({ stopping: true, record: { status: "running" } });
  busy = false;
  await Promise.all([other, run]);
  expect(study.shown!.record.status).toBe("cancelled");
});

test("a worker that does not stop is ended within a second, and a new one takes over", async () => {
  let deaf = true;
  const { study, device, terminated } = await studyWith(() =>
    deaf ? new Promise(() => {}) : Promise.resolve({ report: {} as never }),
  );
  const run = study.start(start);
  await expect.poll(() => device.status.kind).toBe("ready");
  const asked = performance.now();
  study.cancel();
  await run;
  expect(performance.now() - asked).toBeLessThan(1000);
  expect(study.shown!.record.status).toBe("cancelled");
  expect(terminated()).toBe(1);
  deaf = false;
  await study.start(start);
  expect(study.shown!.record.status).toBe("done");
});

test("a run that is cancelled before its worker was asked ends, and the worker is asked nothing", async () => {
  let asked = 0;
  const { study, device } = await studyWith(() => {
    asked++;
    return new Promise(() => {});
  });
  const run = study.start(start);
  study.cancel();
  await run;
  expect(study.shown!.record).toMatchObject({ status: "cancelled", message: null });
  expect(asked).toBe(0);
  expect(device.status.kind).toBe("unstarted");
});

test("a second study is refused while one runs", async () => {
  const { study } = await studyWith((_, { signal }) => untilAborted(signal));
  const run = study.start(start);
  await expect(study.start(start)).rejects.toThrow('"Test" is still running; stop it first');
  study.cancel();
  await run;
});

test("an opened run is drawn from its stored events, and one left running was interrupted", async () => {
  const { db, study } = await studyWith((_, { signal }) => untilAborted(signal));
  const { config, corpusId } = start;
  const record = { id: "old", name: "Old", createdAt: 1, endedAt: null, message: null, config };
  await putRun(db, { ...record, status: "running", corpusId, corpusName: "demo", backend: null });
  await appendEvents(db, "old", batch);
  await study.open(null);
  expect(study.shown!.record.status).toBe("interrupted");
  expect(study.shown!.state).toBe("ended");
  expect(study.shown!.view.phases[0]!.phase.kind).toBe("lora");
  await study.open("nowhere");
  expect(study.shown).toBeNull();
});

/** An error as it crosses from the worker: by its name. */
const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test("of two runs opened one right after the other the second is shown, whichever is read first", async () => {
  const { db, device, study } = await studyWith(async () => ({ report: { version: 1 } as never }));
  await study.start(start);
  const { id } = study.shown!;
  const run = study.shown!;
  const other = new StudyState(db, device, null, () => noQuestions, {
    open: async () => ({ db, run }) as never, // at once, where the stored run takes several reads
  });
  const slow = other.open(id);
  await Promise.all([slow, other.open(EXAMPLE_ID)]);
  expect(other.shown).toBe(run);
  await Promise.all([other.open(id), other.open(null)]);
  expect(other.shown?.id).toBe(id);
});

test("a paused run is a state, and goes on in the same run with the events that were kept", async () => {
  let pause = () => {};
  const paused = new Promise<void>((resolve) => (pause = resolve));
  let runs = 0;
  const { db, study } = await studyWith(async (_, { progress }) => {
    if (++runs === 1) {
      progress(batch);
      await paused;
      throw named("PausedError", "the run was paused");
    }
    const from = { kind: "lora", cycle: 1, step: 4 } as const;
    progress({ kept: [batch, { at: 9, events: [{ kind: "resumed", from }] }] });
    return { report: {} as never };
  }, pause);
  const run = study.start(start);
  await expect.poll(() => study.live!.view.phases.length).toBe(1);
  await study.pause();
  expect(study.live!.pausing).toBe(true);
  await run;
  const { id } = study.shown!;
  expect(study.shown!.record).toMatchObject({ status: "paused", message: null });
  await study.open(id);
  await study.goOn(study.shown!, null);
  expect(study.shown!.id).toBe(id);
  expect(study.shown!.record.status).toBe("done");
  expect(study.shown!.pausing).toBe(false);
  expect(study.shown!.view).toMatchObject({
    phases: [{ seenAt: 5 }],
    seams: [{ stoppedAt: 5 }],
  });
  expect(await getRun(db, id)).toMatchObject({
    status: "done",
    endedAt: expect.any(Number) as number,
  });
});

test("a run without room is paused, with what to do", async () => {
  const { study } = await studyWith(async () => {
    throw named("StorageFullError", "there is no room for 3 MB");
  });
  await study.start(start);
  expect(study.shown!.record).toMatchObject({
    status: "paused",
    message: "there is no room for 3 MB",
  });
});

test("promise 2: when the GPU is lost, a new worker goes on and the log says so; lost again at once, the run fails", async () => {
  const notes: (string | null)[] = [];
  let losses = 1;
  const { study, terminated } = await studyWith(async ({ note }) => {
    notes.push(note);
    if (losses-- > 0) throw named("DeviceLostError", "driver reset");
    return { report: {} as never };
  });
  await study.start(start);
  expect(study.shown!.record.status).toBe("done");
  expect(terminated()).toBe(1);
  expect(notes).toEqual([
    null,
    "The GPU was lost (driver reset). The run went on by itself, from its last checkpoint.",
  ]);
  losses = 2;
  await study.start(start);
  expect(study.shown!.record.status).toBe("failed");
  expect(study.shown!.record.message).toMatch(/twice within a minute \(driver reset\).*microBatch/);
});

test("a run whose corpus is gone does not go on, and says why", async () => {
  const { db, study } = await studyWith((_, { signal }) => untilAborted(signal));
  const record = { id: "x", name: "X", createdAt: 1, endedAt: 2, message: null, backend: null };
  const { config } = start;
  await putRun(db, { ...record, config, status: "paused", corpusId: "gone", corpusName: "Mine" });
  await study.open("x");
  await expect(study.goOn(study.shown!, null)).rejects.toThrow(
    'the corpus "Mine" is no longer here',
  );
  expect(study.live).toBeNull();
});

test("a run stored before there were checkpoints goes on with their defaults", async () => {
  const asked: unknown[] = [];
  const { db, study } = await studyWith(async ({ config }) => {
    asked.push(config.checkpoints);
    return { report: {} as never };
  });
  const { checkpoints, ...older } = start.config;
  const record = { id: "old", name: "X", createdAt: 1, endedAt: 2, message: null, backend: null };
  const config = older as typeof start.config;
  await putRun(db, { ...record, config, status: "interrupted", corpusId: "d", corpusName: "demo" });
  await study.open("old");
  await study.goOn(study.shown!, null);
  expect(asked).toEqual([checkpoints]);
});
