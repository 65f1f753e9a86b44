import "fake-indexeddb/auto";
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { digest, somePairs } from "../../tests/annotation/tasks";
import { statisticsHandlers } from "../../workers/statistics-handlers";
import type { Rater } from "../core/annotation/session-file";
import { writeSession } from "../core/annotation/session-file";
import { type Label, type LabelTask, makeTask } from "../core/annotation/task";
import { connect, serve } from "../protocol/rpc";
import type { StatisticsContract } from "../protocol/statistics";
import { openDatabase } from "../storage/db";
import { decisionsOf } from "../storage/decisions";
import { appendSessionEvent } from "../storage/sessions";
import { putTask } from "../storage/tasks";
import { AgreementState, defaultBlockSize } from "./agreement.svelte";
import { agreementJson, figuresCsv } from "./agreement-export";

let task: LabelTask;
beforeAll(async () => {
  const [gold, ...pairs] = await somePairs(6, 4);
  const checks = [{ pair: gold!, expected: "Y" as const }];
  task = await makeTask(pairs, { title: "Trial", seed: 3, repeatShare: 0.2, checks }, digest);
});

function worker() {
  const { port1, port2 } = new MessageChannel();
  serve<StatisticsContract>(port2, statisticsHandlers);
  return connect<StatisticsContract>(port1);
}

async function state(name: string) {
  const db = await openDatabase({ name });
  const agreement = new AgreementState(db, digest, worker);
  await agreement.open(null);
  return { db, agreement };
}

const labelOf = (place: number, every: number): Label => (place % every === 0 ? "N" : "Y");
const person = (name: string): Rater => ({ name, kind: "person" });

async function sessionFile(rater: Rater, every: number, at = 0): Promise<File> {
  const events = task.items.map((_, item) => ({
    kind: "label" as const,
    item,
    label: labelOf(item, every),
    at: at + item,
  }));
  return new File([await writeSession({ task, rater, events }, digest)], `${rater.name}.json`);
}

const HEADER = "question_id,question,model_output_1,model_output_2";
const csv = (name: string, text: string) => new File([text], name);

test("files give the same figures in whatever order they come", async () => {
  const { agreement } = await state("order");
  const files = await Promise.all([
    sessionFile(person("Ada"), 3),
    sessionFile(person("Bo"), 4),
    sessionFile({ name: "gpt", kind: "model" }, 5),
  ]);
  await agreement.add(files);
  const first = agreement.report()!;
  expect(first.agreement.byPolicy.missing.alpha).toBeGreaterThan(0);
  expect(first.agreement.people).toEqual([person("Ada"), person("Bo")]);
  expect(first.agreement.models).toHaveLength(1);
  await agreement.clear();
  expect(agreement.agreement.kind).toBe("none");
  for (const file of files.toReversed()) await agreement.add([file]);
  expect(agreement.report()).toEqual(first);
});

test("there is no report while newer settings or files wait for their figures", async () => {
  const { agreement } = await state("between");
  await agreement.add([await sessionFile(person("Ada"), 3), await sessionFile(person("Bo"), 4)]);
  expect(agreement.report()).not.toBeNull();
  const changes = [
    () => agreement.chooseNa("category"),
    () => agreement.chooseBlockSize(10),
    () => agreement.markAsModel(person("Bo"), true),
    () => agreement.removeFile(agreement.files[0]!),
  ];
  for (const change of changes) {
    const changed = change();
    expect(agreement.report()).toBeNull();
    await changed;
    expect(agreement.report()).not.toBeNull();
  }
});

test("figures of earlier files that come late make no report", async () => {
  let release = Promise.resolve();
  const slow = async (text: string) => (await release, digest(text));
  const db = await openDatabase({ name: "late" });
  const agreement = new AgreementState(db, slow, worker);
  await agreement.open(null);
  const table = (labels: string) => `${HEADER},ann1\n1,Q?,a,b,${labels}\n`;
  await agreement.add([csv("a.csv", table("Y")), csv("b.csv", table("N"))]);
  expect(agreement.report()).not.toBeNull();
  const measured = agreement.chooseBlockSize(10);
  let go = () => {};
  release = new Promise((resolve) => (go = resolve));
  const removed = agreement.removeFile(agreement.files[0]!);
  await measured;
  expect(agreement.report()).toBeNull();
  go();
  await removed;
  expect(agreement.report()!.agreement.people).toHaveLength(1);
});

test("of two subjects opened at once the later is shown, whichever is read first", async () => {
  const { db, agreement } = await state("at-once");
  await putTask(db, { id: task.id, createdAt: 1, source: { kind: "file", name: "t" }, task });
  await Promise.all([agreement.open(task.id), agreement.open(null)]);
  expect(agreement.task).toBeNull();
  await Promise.all([agreement.open(null), agreement.open(task.id)]);
  expect(agreement.task?.id).toBe(task.id);
  await Promise.all([agreement.open(null), agreement.reread(task.id)]);
  expect(agreement.task).toBeNull();
});

test("a newer session of a rater replaces labels, and the page lists them", async () => {
  const { agreement } = await state("newer");
  await agreement.add([
    await sessionFile(person("Ada"), 3, 1000),
    await sessionFile(person("Ada"), 4),
  ]);
  const { superseded } = agreement.report()!;
  expect(superseded.length).toBeGreaterThan(0);
  expect(superseded.every(({ kept, dropped }) => kept.at > dropped.at)).toBe(true);
});

test("what cannot be read or belongs elsewhere is refused with the reason, and the rest counts", async () => {
  const { agreement } = await state("refused");
  await agreement.add([
    await sessionFile(person("Ada"), 3),
    csv("notes.txt", "hello"),
    csv("labels.csv", `${HEADER},ann1\n1,Q?,a,b,maybe\n`),
    csv("other.csv", `${HEADER},ann1\n77,Q?,a,b,Y\n`),
    csv("metrics.csv", `${HEADER},cosine\n77,Q?,a,b,0.5\n`),
    csv("empty.csv", `${HEADER},note\n1,Q?,a,b,x\n`),
  ]);
  expect(agreement.refused.map(({ source }) => source)).toEqual([
    "notes.txt",
    "labels.csv",
    "empty.csv",
    "other.csv",
    "metrics.csv",
  ]);
  expect(agreement.refused.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("this is neither a session nor a table"),
    expect.stringContaining('row 2, column "ann1": "maybe" is no label'),
    expect.stringContaining("it has neither labels nor metrics"),
    "pair 1 is of question 77, which is not among the pairs here",
    "none of its rows is among the pairs here",
  ]);
  expect(agreement.table!.raters).toEqual([person("Ada")]);
});

test("a task of this device opens with its stored sessions, repeats and checks", async () => {
  const { db, agreement } = await state("task");
  await putTask(db, { id: task.id, createdAt: 1, source: { kind: "file", name: "t" }, task });
  for (const [item] of task.items.entries()) {
    const event = { kind: "label" as const, item, label: labelOf(item, 3), at: item };
    await appendSessionEvent(db, task.id, person("Ada"), event);
  }
  await agreement.open(task.id);
  expect(agreement.tasks).toMatchObject([{ title: "Trial", pairs: 35, raters: [person("Ada")] }]);
  expect(agreement.agreement).toMatchObject({ kind: "done" });
  await agreement.add([await sessionFile(person("Bo"), 4)]);
  expect(agreement.table!.raters).toEqual([person("Ada"), person("Bo")]);
  expect(agreement.selfAgreement[0]!.alpha.pairableUnits).toBeGreaterThan(3);
  expect(agreement.checks.map(({ total }) => total)).toEqual([1, 1]);
  await agreement.open(null); // another subject: its files are put away
  expect(agreement.table).toBeNull();
});

test("a decision is stored, changes the final label, and leaves the raters' labels alone", async () => {
  const { db, agreement } = await state("decision");
  await agreement.add([await sessionFile(person("Ada"), 3)]);
  expect(agreement.disagreements).toEqual([]); // one person's labels are unresolved, not in dispute
  await agreement.add([await sessionFile(person("Bo"), 4)]);
  const { pairId } = agreement.finals!.find(({ provenance }) => provenance === "unresolved")!;
  const labels = agreement.table!.rows;
  expect(agreement.disagreements[0]).toBe(pairId);
  await agreement.decide(pairId, "N", "Cy", "second look");
  expect(agreement.finals!.find((final) => final.pairId === pairId)).toMatchObject({
    label: "N",
    provenance: "adjudicated",
    decision: { by: "Cy", comment: "second look" },
  });
  expect(agreement.table!.rows).toEqual(labels);
  expect(agreement.disagreements).not.toContain(pairId);
  expect(await decisionsOf(db, task.id)).toHaveLength(1);
  const again = new AgreementState(db, digest, worker);
  await again.open(null);
  await again.add([await sessionFile(person("Ada"), 3)]);
  expect(again.decisions).toEqual(agreement.decisions);
});

test("a withdrawn decision goes back to the vote, can be taken again, and all of it stays in the log", async () => {
  const { db, agreement } = await state("withdrawal");
  await agreement.add([await sessionFile(person("Ada"), 3), await sessionFile(person("Bo"), 4)]);
  const [pairId] = agreement.disagreements;
  const finalOf = () => agreement.finals!.find((final) => final.pairId === pairId)!;
  const before = [finalOf(), agreement.table, agreement.disagreements];
  await agreement.decide(pairId!, "N", "Cy", "second look");
  await agreement.withdraw(pairId!, "Di");
  expect([finalOf(), agreement.table, agreement.disagreements]).toEqual(before);
  await agreement.undoWithdrawal(pairId!);
  expect(finalOf()).toMatchObject({
    provenance: "adjudicated",
    decision: { label: "N", by: "Cy", comment: "second look" },
  });
  await agreement.undoWithdrawal(pairId!); // nothing is withdrawn now
  const log = await decisionsOf(db, task.id);
  expect(log.map(({ label, by }) => [label, by])).toEqual([
    ["N", "Cy"],
    [null, "Di"],
    ["N", "Cy"],
  ]);
  expect(agreement.report()!.decisions).toEqual(log);
  expect(log.map(({ at }) => at)).toEqual(log.map(({ at }) => at).sort((a, b) => a - b));
});

test("a model's labels in a file join as a model, and wait while there are no pairs", async () => {
  const { agreement } = await state("model-file");
  const pairs = task.items.filter(({ role }) => role === "pair");
  const rows = pairs.map(({ pairId }, i) => `${pairId},${labelOf(i, 3)}\n`);
  await agreement.add([csv("judge.csv", `pair_id,label\n${rows.slice(1).join("")}`)]);
  expect(agreement.refused).toMatchObject([
    { source: "judge.csv", reason: expect.stringContaining("no pairs here yet") as string },
  ]);
  const people = [await sessionFile(person("Ada"), 3), await sessionFile(person("Bo"), 3)];
  await agreement.add(people);
  expect(agreement.refused).toEqual([]);
  const { models, people: counted } = agreement.report()!.agreement;
  expect(counted.map(({ name }) => name)).toEqual(["Ada", "Bo"]);
  expect(models).toMatchObject([{ model: { name: "judge", kind: "model" } }]);
  expect(models[0]!.alpha.pairableUnits).toBeGreaterThan(30);
});

test("what a model replied without a label is listed, and missing", async () => {
  const { db, agreement } = await state("unread");
  await putTask(db, { id: task.id, createdAt: 1, source: { kind: "file", name: "t" }, task });
  const model: Rater = { name: "judge", kind: "model" };
  const events = task.items.map((_, item) =>
    item === 2
      ? { kind: "comment" as const, item, text: "It depends.", at: item }
      : { kind: "label" as const, item, label: labelOf(item, 3), at: item },
  );
  await agreement.open(task.id);
  for (const event of events) await appendSessionEvent(db, task.id, model, event);
  await agreement.reread("another task");
  expect(agreement.table!.raters).toEqual([]);
  await agreement.reread(task.id);
  expect(agreement.report()!.unread).toMatchObject([{ item: 2, reply: "It depends." }]);
});

test("a column marked as a model is not counted among people", async () => {
  const { agreement } = await state("marked");
  const rows = Array.from({ length: 12 }, (_, i) => {
    const [ada, bo, gpt] = [i % 2, i % 4 === 0 ? 1 : i % 2, 1].map((yes) => (yes ? "Y" : "N"));
    return `${i},Q?,a${i},b${i},${ada},${bo},${gpt}\n`;
  });
  await agreement.add([csv("l.csv", `${HEADER},ann1,ann2,ann3\n${rows.join("")}`)]);
  expect(agreement.report()!.agreement.people).toHaveLength(3);
  await agreement.markAsModel(agreement.table!.raters[2]!, true);
  const { agreement: marked } = agreement.report()!;
  expect(marked.people.map(({ name }) => name)).toEqual(["ann1", "ann2"]);
  expect(marked.models).toMatchObject([{ model: { name: "ann3", kind: "model" } }]);
  await agreement.markAsModel(agreement.table!.raters[2]!, false);
  expect(agreement.report()!.agreement.people).toHaveLength(3);
});

test("ratings that are numbers have a level to choose, and no metrics", async () => {
  const { agreement } = await state("scale");
  const rows = Array.from({ length: 10 }, (_, i) => `${i},Q?,a,b,${i * i},${i * i + i},NA\n`);
  await agreement.add([csv("scale.csv", `${HEADER},ann1,ann2,ann3\n${rows.join("")}`)]);
  expect(agreement.level).toBe("interval");
  expect(agreement.report()).toMatchObject({ finals: null, metrics: null });
  const interval = agreement.report()!.agreement.byPolicy.missing.alpha;
  await agreement.chooseLevel("ordinal");
  expect(agreement.report()!.agreement.byPolicy.missing.alpha).not.toBe(interval);
  expect(agreement.report()!.agreement.byPolicy.category).toBeNull();
  await agreement.chooseLevel("nominal");
  await agreement.chooseNa("category");
  expect(agreement.report()!.agreement.byPolicy.category!.alpha).not.toBeNull();
});

test("published ratings that are numbers give the published α at every level", async () => {
  const { agreement } = await state("published scale");
  const raters = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, "", "", ""],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, "", 3],
    ["", 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, ""],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, "NA"],
  ]; // Krippendorff 2011, C
  const rows = raters[0]!.map((_, i) => `${i},Q?,a,b,${raters.map((r) => r[i]).join()}\n`);
  await agreement.add([csv("c.csv", `${HEADER},ann1,ann2,ann3,ann4\n${rows.join("")}`)]);
  const found: string[] = [];
  for (const level of ["nominal", "ordinal", "interval", "ratio"] as const) {
    await agreement.chooseLevel(level);
    found.push(agreement.report()!.agreement.byPolicy.missing.alpha!.toFixed(3));
  }
  expect(found).toEqual(["0.743", "0.815", "0.849", "0.797"]);
  expect(agreement.disagreements).toEqual([]);
});

test("a number that a level cannot take is said, and another level goes on", async () => {
  const { agreement } = await state("below zero");
  await agreement.add([csv("n.csv", `${HEADER},ann1,ann2\n1,Q?,a,b,-1,2\n2,Q?,a,b,3,3\n`)]);
  await agreement.chooseLevel("ratio");
  expect(agreement.agreement).toMatchObject({
    kind: "failed",
    message: expect.stringContaining("-1") as string,
  });
  await agreement.chooseLevel("interval");
  expect(agreement.agreement.kind).toBe("done");
});

test("metrics of a file stand beside BLEU and ROUGE-L, and a comparison can be cancelled", async () => {
  const { agreement } = await state("metrics");
  const rows = task.pairs.map(
    ({ questionId, answers: [a, b] }, i) => `${questionId},${a.text},${b.text},${i / 40}\n`,
  );
  const metrics = `question_id,model_output_1,model_output_2,cosine\n${rows.join("")}`;
  await agreement.add([await sessionFile(person("Ada"), 3), csv("edges.csv", metrics)]);
  const names = agreement.report()!.metrics!.metrics.map(({ name }) => name);
  expect(names).toEqual(["BLEU", "ROUGE-L", "cosine", "SaGE of cosine"]);
  const comparing = agreement.compare();
  agreement.cancelComparison();
  await comparing;
  expect(agreement.comparison.kind).toBe("cancelled");
  await agreement.add([csv("more.csv", metrics.replace("0.125", "0.9"))]);
  expect(agreement.metrics.metrics.map(({ name }) => name)).toEqual([
    "cosine (edges.csv)",
    "SaGE of cosine (edges.csv)",
    "cosine (more.csv)",
    "SaGE of cosine (more.csv)",
  ]);
});

test("the files have every figure, and say why one is missing", async () => {
  const { agreement } = await state("export");
  await agreement.add([await sessionFile(person("Ada"), 99), await sessionFile(person("Bo"), 99)]);
  const report = agreement.report()!;
  expect(JSON.parse(agreementJson(report))).toMatchObject({
    format: "steadfast-agreement",
    version: 1,
    title: "Trial",
    settings: { replicates: 2000, seed: 42 },
  });
  const lines = figuresCsv(report).split("\r\n");
  expect(lines[0]).toBe("group,name,statistic,value,low,high,n,undefined");
  expect(lines.find((line) => line.startsWith("pairwise,Ada – Bo,cohen_kappa"))).toMatch(/,35,/);
  expect(lines.some((line) => line.startsWith("attention checks,Ada,passed,"))).toBe(true);
});

test("blocks are at most ten unless there are very many pairs", () => {
  expect([8, 20, 101, 1000, 9000].map(defaultBlockSize)).toEqual([10, 10, 20, 100, 500]);
});

const mcc = "../shared/data/mcc/human-annotations.csv";
describe.skipIf(!existsSync(mcc))("the published labels (skipped without ../shared/data)", () => {
  test("α, both policies, ten blocks and the drift", async () => {
    const { agreement } = await state("mcc");
    const adding = agreement.add([csv("human-annotations.csv", readFileSync(mcc, "utf8"))]);
    await vi.waitFor(() => expect(agreement.agreement.kind).toBe("done"), 30_000);
    agreement.cancelComparison(); // core's own test has it
    await adding;
    const { byPolicy, blocks, halves, drift } = agreement.report()!.agreement;
    expect(byPolicy.missing.alpha).toBeCloseTo(0.868542, 6);
    expect(byPolicy.category!.alpha).toBeCloseTo(0.8431, 4);
    expect(blocks.map(({ from }) => from)).toEqual([
      1, 101, 201, 301, 401, 501, 601, 701, 801, 901,
    ]);
    expect(halves.map(({ alpha }) => alpha!.toFixed(3))).toEqual(["0.770", "0.944"]);
    expect(drift).toBe("rose");
  });
});
