import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveConfig } from "../core/study/presets";
import type { QuestionScore } from "../core/study/scoring";
import { connect, serve } from "../protocol/rpc";
import type { StatisticsContract } from "../protocol/statistics";
import { saveAnswers } from "../storage/answers";
import { type Database, openDatabase } from "../storage/db";
import { appendEvents, eventsOf } from "../storage/events";
import { getRun, putRun } from "../storage/runs";
import { statisticsHandlers } from "../../workers/statistics-handlers";
import { CompareState } from "./compare.svelte";
import type { Example } from "./example.svelte";

let db: Database;
let channel: MessageChannel;
beforeEach(async () => {
  db = await openDatabase({ name: crypto.randomUUID() });
  channel = new MessageChannel();
  serve<StatisticsContract>(channel.port2, statisticsHandlers);
});
afterEach(() => {
  db.close();
  channel.port1.close();
});

const scored = (id: number, sage: number): QuestionScore => ({
  ...{ id, sage, meanSimilarity: sage, evenness: 1, weakest: sage, n: 5, reason: null },
  ...{ bleu: 0, rougeL: 0, answered: [0, 1, 2, 3, 4], weights: Array<number>(10).fill(sage) },
});

async function run(id: string, createdAt: number, temperature: number, sage: number) {
  const config = resolveConfig({ preset: "recommended", sampling: { temperature } });
  await putRun(db, {
    ...{ id, name: `run ${id}`, createdAt, endedAt: createdAt + 1, status: "done", message: null },
    ...{ config, corpusId: "demo", corpusName: "demo", backend: null },
  });
  const set = { cycle: 0, role: "baseline", split: "evaluation" } as const;
  const scores = [1, 2, 3, 4].map((question) => scored(question, sage + question / 100));
  await appendEvents(db, id, {
    at: createdAt,
    events: [
      { kind: "scores", set: { ...set, split: "train" }, scores },
      { kind: "scores", set, scores },
      {
        kind: "model",
        cycle: 0,
        model: { name: "baseline", mean: sage, interval: null, n: 4, betweenQuestions: 0.1 },
      },
    ],
  });
  const answer = { questionId: 2, paraphrase: 0, text: `said in ${id}`, ruleOfThumb: null };
  await saveAnswers(db, id, set, [answer, { ...answer, questionId: 3, text: "other" }]);
}

test("models of two runs are found, newest run first, and compared question by question", async () => {
  await run("a", 1, 0.8, 0.4);
  await run("b", 2, 0.2, 0.6);
  const compare = new CompareState(db, () => connect<StatisticsContract>(channel.port1));
  await compare.load();
  expect(compare.models?.map(({ key }) => key)).toEqual(["b~baseline~0", "a~baseline~0"]);

  const [after, before] = compare.models!;
  await compare.compare(before!, after!);
  if (compare.status.kind !== "done") throw new Error(compare.status.kind);
  const { compared } = compare.status;
  expect(compared.comparison.measures[0]!.paired).toMatchObject({ n: 4, higher: 4 });
  expect(compared.comparison.measures[0]!.paired.meanDifference).toBeCloseTo(0.2);
  expect(compared.cautions).toEqual([expect.stringContaining("temperature 0.8 and 0.2")]);
  expect(compared.before.control).toBe(0.1);
  expect(await compare.answers(2, compared)).toEqual([["said in a"], ["said in b"]]);
});

test("with one side missing nothing is compared, and a late answer does not replace a newer choice", async () => {
  await run("a", 1, 0.8, 0.4);
  const compare = new CompareState(db, () => connect<StatisticsContract>(channel.port1));
  await compare.load();
  const [only] = compare.models!;
  const late = compare.compare(only!, only!);
  await compare.compare(only!, null);
  await late;
  expect(compare.status).toEqual({ kind: "idle" });
});

test("the recorded example's models come last, once, also where its archive was imported as a run", async () => {
  await run("a", 1, 0.8, 0.4);
  const other = await openDatabase({ name: crypto.randomUUID() });
  const record = { ...(await getRun(db, "a"))!, id: "example" };
  const example = {
    db: other,
    run: { id: "example", record },
    machineSpeed: null,
  } as unknown as Example;
  await putRun(other, record);
  await appendEvents(other, "example", (await eventsOf(db, "a"))[0]!);
  const compare = new CompareState(db, () => connect<StatisticsContract>(channel.port1), {
    open: async () => example,
  });
  await compare.load();
  expect(compare.models?.map(({ key }) => key)).toEqual(["a~baseline~0", "example~baseline~0"]);
  await compare.compare(compare.models![0]!, compare.models![1]!);
  expect(compare.status).toMatchObject({ kind: "done" });
  await putRun(db, { ...record, createdAt: 0 });
  await appendEvents(db, "example", (await eventsOf(db, "a"))[0]!);
  await compare.load();
  expect(compare.models?.map(({ key }) => key)).toEqual(["a~baseline~0", "example~baseline~0"]);
  other.close();
});
