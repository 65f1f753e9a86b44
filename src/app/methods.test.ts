import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Corpus } from "../core/corpus/corpus";
import { resolveConfig } from "../core/study/presets";
import type { StudyConfigInput } from "../core/study/config";
import { type Database, openDatabase } from "../storage/db";
import { saveReport } from "../storage/reports";
import * as rows from "../storage/rows.fixture";
import { putRun } from "../storage/runs";
import { assetUrls } from "./workers";
import { MethodsState } from "./methods.svelte";

let db: Database;
beforeEach(async () => {
  db = await openDatabase({ name: crypto.randomUUID() });
});
afterEach(() => db.close());

const corpus: Corpus = { name: "demo", questions: [], recordedModel: null };

function methodsState(): MethodsState {
  const findCorpus = (id: string) => (id === "deleted" ? null : corpus);
  const noWorker = () => {
    throw new Error("nothing is measured in this test");
  };
  return new MethodsState(db, findCorpus, noWorker, assetUrls("http://localhost/"));
}

let created = 0;
async function finished(
  id: string,
  input: Omit<StudyConfigInput, "preset">,
  { heldOut = [1, 2], corpusId = "demo", trained = true } = {},
): Promise<void> {
  const config = resolveConfig({ preset: "recommended", ...input });
  const run = { ...rows.run(id, ++created), status: "done" as const, endedAt: created, corpusId };
  await putRun(db, { ...run, config });
  const model = { name: "lora", mean: 0.5, interval: null, n: 2, betweenQuestions: null } as const;
  const counts = { trainedOn: 1, feedback: 0, rejected: 0, skippedAnswers: 0 };
  await saveReport(db, id, {
    ...rows.report,
    ...{ config, seed: config.seed },
    questions: heldOut.map((question) => ({
      ...{ id: question, question: "?", split: "evaluation" as const },
      sage: { baseline: 0.5, lora: 0.5, ppo: null, aligned: 0.5 },
    })),
    cycles: [{ cycle: 1, ...counts, reason: null, improved: true, models: trained ? [model] : [] }],
  });
}

test("runs are of the method that their settings make, and one that can't stand beside the first says why", async () => {
  const grpo = { method: "grpo" } as const;
  await finished("one", { rollouts: grpo });
  await finished("two", { rollouts: grpo, seed: 2 });
  await finished("twin", { rollouts: grpo });
  await finished("exponent", { rollouts: grpo, seed: 3, sage: { sageExponent: 5 } });
  await finished("others", { seed: 4 }, { heldOut: [1, 3] });
  await finished("hub", { encoder: "owner/name" });
  await finished("gone", { seed: 5 }, { corpusId: "deleted" });
  await finished("idle", { seed: 6 }, { trained: false });
  const methods = methodsState();
  await methods.load();
  expect(methods.choices.map(({ record }) => record.id)[0]).toBe("idle"); // newest first

  methods.choose("one", true);
  const said = Object.fromEntries(methods.choices.map((run) => [run.record.id, run]));
  expect([said["one"]!.method, said["two"]!.method, said["others"]!.method]).toEqual(["GRPO", "GRPO", "PPO"]); // prettier-ignore
  expect([said["one"]!.refused, said["two"]!.refused]).toEqual([null, null]);
  expect(said["twin"]!.refused).toBe("a run of GRPO with seed 1 is chosen already");
  expect(said["exponent"]!.refused).toMatch(
    /^Study exponent has sage .*5.* and Study one has .*10/,
  );
  expect(said["others"]!.refused).toMatch(/^1 of its 2 held-out questions/);
  expect(said["hub"]!.refused).toContain("command line");
  expect(said["gone"]!.refused).toBe("its corpus has been deleted");
  expect(said["idle"]!.refused).toBe("it trained nothing");
});

test("all that compare are those beside the newest, each method and seed once", async () => {
  await finished("old", { rollouts: { method: "dpo" } });
  await finished("same", { rollouts: { method: "dpo" } });
  await finished("lora", { rollouts: { enabled: false } });
  const methods = methodsState();
  await methods.load();
  methods.chooseAll();
  expect(methods.chosen).toEqual(["lora", "same"]);
});

test("a file that is no comparison is a failed state, by its name", async () => {
  const methods = methodsState();
  await methods.open(new File(["[]"], "list.json"));
  expect(methods.status).toMatchObject({ kind: "failed", message: expect.stringContaining("list.json") as string }); // prettier-ignore
});
