import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { METHOD_SETTINGS } from "../core/compare/method-settings";
import { readBuiltIn } from "../core/corpus/built-in";
import { resolveConfig } from "../core/study/presets";
import { type RunRecord, getRun, listRuns, putRun } from "../storage/runs";
import { RunQueue } from "./run-queue.svelte";
import { studyWith, untilAborted } from "./study.fixture";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));
const studies = [1, 2].flatMap((seed) =>
  (["lora", "grpo"] as const).map((method) => {
    const settings = METHOD_SETTINGS[method];
    return { method, seed, config: resolveConfig({ preset: "recommended", seed, ...settings }) };
  }),
);
const input = { corpusId: "demo", corpus: corpus, apiKey: null };

/** A queue over a worker that does as told by the number of the call, from 1; and what it was asked to run. */
async function queueWith(answer: (call: number, signal: AbortSignal) => Promise<unknown>) {
  const asked: string[] = [];
  const world = await studyWith(async ({ config }, { signal }) => {
    const method = config.rollouts.enabled ? config.rollouts.method : "lora";
    asked.push(`${method} ${config.seed}`);
    await answer(asked.length, signal);
    return { report: { version: 1 } as never };
  });
  let ended = 0;
  const queue = new RunQueue(world.db, null, world.study, async () => void ended++);
  const statuses = async () => (await listRuns(world.db)).map(({ status }) => status).toSorted();
  return { ...world, queue, asked, statuses, ended: () => ended };
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test("studies run one after another, each with its name, and none is run a second time", async () => {
  const { db, queue, asked, ended } = await queueWith(async () => {});
  const first = queue.run(studies, input);
  expect(queue.status).toMatchObject({ kind: "running", done: 0, total: 4, name: "lora, seed 1" });
  await first;
  expect(queue.status).toEqual({ kind: "ended", done: 4, total: 4, reason: null });
  expect(asked).toEqual(["lora 1", "grpo 1", "lora 2", "grpo 2"]);
  const names = (await listRuns(db)).map(({ name }: RunRecord) => name);
  expect(names.toSorted()).toEqual(["grpo, seed 1", "grpo, seed 2", "lora, seed 1", "lora, seed 2"]); // prettier-ignore
  await queue.run(studies, input);
  expect([asked.length, ended()]).toEqual([4, 4]);
  expect(queue.status).toMatchObject({ done: 4, reason: null });
});

test("a stop ends the study under way and what would come after; started again, it goes on with that one", async () => {
  const { queue, asked, statuses } = await queueWith((call, signal) =>
    call === 2 ? untilAborted(signal) : Promise.resolve(),
  );
  const run = queue.run(studies, input);
  await expect.poll(() => asked.length).toBe(2);
  queue.stop();
  await run;
  expect(queue.status).toMatchObject({
    kind: "ended",
    done: 1,
    reason: "You stopped grpo, seed 1",
  });
  expect(await statuses()).toEqual(["cancelled", "done"]);
  await queue.run(studies, input);
  expect(asked.slice(2)).toEqual(["grpo 1", "lora 2", "grpo 2"]);
  expect(await statuses()).toEqual(["done", "done", "done", "done"]);
});

test("a stop between two studies counts too", async () => {
  const { db, study, asked } = await queueWith(async () => {});
  const queue: RunQueue = new RunQueue(db, null, study, async () => queue.stop()); // a backup is being written
  await queue.run(studies, input);
  expect(queue.status).toMatchObject({ done: 1, reason: "You stopped it" });
  expect(asked).toEqual(["lora 1"]);
});

test("a study that fails ends the queue with its message; one that can't be started says why", async () => {
  const { queue, study } = await queueWith((call) =>
    call === 1 ? Promise.reject(named("RangeError", "no such model")) : new Promise(() => {}),
  );
  await queue.run(studies, input);
  expect(queue.status).toMatchObject({ done: 0, reason: "lora, seed 1 failed: no such model" });

  const other = study.start({ ...input, name: "Mine", config: studies[0]!.config });
  await queue.run(studies.slice(1), input);
  expect(queue.status).toMatchObject({
    reason: 'grpo, seed 1 could not be started: "Mine" is still running; stop it first',
  });
  study.cancel();
  await other;
});

test("a run that is being read stays shown, while the queue's own run on", async () => {
  const { queue, study } = await queueWith(async () => {});
  await study.start({ ...input, name: "Mine", config: studies[3]!.config });
  await queue.run(studies.slice(0, 2), input);
  expect(queue.status).toMatchObject({ done: 2, reason: null });
  expect(study.shown!.record.name).toBe("Mine");
});

test("a run started by hand counts, whatever it pinned; one left by a closed tab goes on", async () => {
  const { db, queue, study, asked } = await queueWith(async () => {});
  const [first, second] = studies.map(({ config }) => config);
  const pinned = { questions: [3], times: 1 };
  await study.start({ ...input, name: "By hand", config: { ...first!, pinned } });
  const left = { ...study.shown!.record, id: "left", config: second!, status: "running" as const };
  await putRun(db, left);
  await queue.run(studies.slice(0, 2), input);
  expect(queue.status).toMatchObject({ done: 2, reason: null });
  expect(asked).toEqual(["lora 1", "grpo 1"]);
  expect(await getRun(db, "left")).toMatchObject({ status: "done" });
});

test("a study that its budget paused goes on in the same run, with the budget that is set now", async () => {
  const { db, queue } = await queueWith((call) =>
    call === 1 ? Promise.reject(named("BudgetError", "raise the budget")) : Promise.resolve(),
  );
  const api = { kind: "chat", baseUrl: "http://localhost:1234/v1", model: "m" } as const;
  const [first] = studies;
  const within = (tokenBudget: number) => [
    {
      ...first!,
      config: resolveConfig({
        preset: "recommended",
        ...METHOD_SETTINGS.lora,
        aligned: { ...api, tokenBudget },
      }),
    },
  ];
  await queue.run(within(100), input);
  expect(queue.status).toMatchObject({
    reason: "lora, seed 1 was paused: raise the budget",
  });
  await queue.run(within(200), input);
  expect(queue.status).toMatchObject({ done: 1, reason: null });
  expect(await listRuns(db)).toMatchObject([
    { status: "done", config: { aligned: { tokenBudget: 200 } } },
  ]);
});

test("a backup that fails stops nothing, and of two tabs one runs", async () => {
  const { db, study } = await queueWith(async () => {});
  const failing = () => Promise.reject(new Error("the folder is gone"));
  const queue = new RunQueue(db, null, study, failing);
  await queue.run(studies.slice(0, 2), input);
  expect(queue.status).toMatchObject({ done: 2, reason: null });
  const taken = {
    request: (_: string, __: object, work: (lock: null) => unknown) => Promise.resolve(work(null)),
  } as unknown as LockManager;
  const other = new RunQueue(db, taken, study, failing);
  await other.run(studies, input);
  expect(other.status).toMatchObject({ done: 0, reason: "Another tab runs methods already" });
});
