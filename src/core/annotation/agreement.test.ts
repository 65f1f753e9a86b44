import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { digest, somePairs } from "../../../tests/annotation/tasks";
import { type Agreement, agreementOf } from "./agreement";
import { importLabels } from "./labels-csv";
import { labelledPairs, type LabelTable, tableOf, withModel } from "./label-table";
import { mergeSessions } from "./merge";
import type { SessionEvent } from "./queue";
import { attentionChecks, selfAgreement } from "./rater-checks";
import type { Rater } from "./session-file";
import { type Label, type LabelTask, makeTask, type TaskItem } from "./task";

const ada: Rater = { name: "Ada", kind: "person" };
const bo: Rater = { name: "Bo", kind: "person" };
const gpt: Rater = { name: "gpt", kind: "model" };

let task: LabelTask;
beforeAll(async () => {
  const [gold, ...pairs] = await somePairs(4, 4);
  const checks = [{ pair: gold!, expected: "Y" as const }];
  task = await makeTask(pairs, { title: "T", seed: 2, repeatShare: 0.2, checks }, digest);
});

/** A session in which every item gets the label that `choose` gives it. */
function session(rater: Rater, choose: (item: TaskItem, place: number) => Label) {
  const events = task.items.map((item, place): SessionEvent => ({
    kind: "label",
    item: place,
    label: choose(item, place),
    at: place,
  }));
  return { source: rater.name, session: { task, rater, events } };
}

const parity = (_: TaskItem, place: number): Label => (place % 2 ? "Y" : "N");

test("the table has each pair once, in the order shown, without repeats and checks", () => {
  const { raters, rows } = tableOf(
    mergeSessions(task, [session(bo, parity), session(ada, parity)]),
  );
  expect(raters).toEqual([ada, bo]);
  expect(rows.map(({ pair }) => pair.id)).toEqual(
    task.items.filter(({ role }) => role === "pair").map(({ pairId }) => pairId),
  );
  expect(rows).toHaveLength(23);
});

test("a model is compared with people's majority and never counted among them", () => {
  const people = [session(ada, parity), session(bo, parity)];
  const options = { na: "missing", seed: 1, replicates: 50 } as const;
  const without = agreementOf(tableOf(mergeSessions(task, people)), options);
  const merged = mergeSessions(task, [...people, session(gpt, () => "Y")]);
  const { models, distribution, ...rest } = agreementOf(tableOf(merged), options);
  expect(rest).toEqual({ ...without, models: undefined, distribution: undefined });
  expect(without.byPolicy.missing.alpha).toBe(1);
  expect(models).toMatchObject([{ model: gpt, alpha: { pairableUnits: 23 } }]);
  expect(models[0]!.alpha.alpha).toBeLessThan(0);
  expect(distribution.map(({ rater }) => rater)).toEqual([ada, bo, gpt]);
});

test("a model's labels can be added to a table by pair, unless its name is taken or a pair unknown", () => {
  const table = tableOf(mergeSessions(task, [session(ada, parity)]));
  const id = table.rows[3]!.pair.id;
  const more = withModel(table, "gpt", new Map([[id, "NA"]]));
  expect(more.raters).toEqual([ada, gpt]);
  expect(more.rows.filter(({ labels }) => labels[1] === "NA")).toHaveLength(1);
  expect(labelledPairs(more)).toEqual(labelledPairs(table)); // metrics meet people's labels only
  expect(labelledPairs(table)[0]).toMatchObject({ labels: ["N"] });
  expect(() => withModel(more, "gpt", new Map())).toThrow(
    'there is a model "gpt" already; give this one another name',
  );
  expect(() => withModel(table, "x", new Map([["?", "Y"]]))).toThrow(
    'model "x" labels pair ?, which is not in the table',
  );
});

test("ratings on a scale have an α of their level, and NA has no place on it", async () => {
  const pairs = await somePairs(3, 3);
  const rows = pairs.map((pair, i) => ({
    pair,
    labels: [i, i === 0 ? ("NA" as const) : i + 1, i % 2 ? i : null],
  }));
  const table: LabelTable<number | "NA"> = {
    raters: [ada, bo, { name: "Cy", kind: "person" }],
    rows,
  };
  const options = { na: "missing", seed: 1, replicates: 50 } as const;
  const interval = agreementOf(table, { ...options, level: "interval" });
  expect(interval.byPolicy.category).toBeNull();
  expect(interval.byPolicy.missing.alpha!).toBeGreaterThan(
    agreementOf(table, options).byPolicy.missing.alpha!,
  );
  expect(interval.distribution[1]!.counts).toMatchObject({ NA: 1, 2: 1 });
  expect(() => agreementOf(table, { ...options, na: "category", level: "interval" })).toThrow(
    "NA as a category needs level nominal: it has no place on interval's scale",
  );
});

test("repeats show who changes their mind, checks who doesn't look", () => {
  const merged = mergeSessions(task, [
    session(ada, ({ role, pairId }) =>
      role === "check" ? "Y" : Number.parseInt(pairId[0]!, 16) % 2 ? "Y" : "N",
    ),
    session(bo, ({ role }) => (role === "pair" ? "Y" : "N")),
  ]);
  const [ofAda, ofBo] = selfAgreement(merged);
  const repeats = task.items.filter(({ role }) => role === "repeat").length;
  expect(repeats).toBeGreaterThan(2);
  expect(ofAda).toMatchObject({
    rater: ada,
    changed: [],
    alpha: { percentAgreement: 1, pairableUnits: repeats },
  });
  expect(ofBo!.changed).toHaveLength(repeats);
  expect(ofBo!.alpha.percentAgreement).toBe(0);
  const gold = task.items.find(({ role }) => role === "check")!.pairId;
  expect(attentionChecks(merged)).toEqual([
    { rater: ada, passed: 1, total: 1, failed: [] },
    { rater: bo, passed: 0, total: 1, failed: [{ pairId: gold, expected: "Y", given: "N" }] },
  ]);
});

const mcc = "../shared/data/mcc/human-annotations.csv";
describe.skipIf(!existsSync(mcc))("the published labels (skipped without ../shared/data)", () => {
  let table: LabelTable;
  let agreement: Agreement;
  beforeAll(async () => {
    table = await importLabels(readFileSync(mcc, "utf8"), "h.csv", digest);
    agreement = agreementOf(table, { na: "missing", seed: 42 });
  });

  test("α with both policies, its interval and its halves", () => {
    const { byPolicy, blocks, drift } = agreement;
    expect(byPolicy.missing.alpha).toBeCloseTo(250809 / 288770, 12);
    expect(byPolicy.missing.interval).toEqual({
      low: 0.8389874802497028,
      high: 0.8956874148930328,
    });
    expect(byPolicy.category!.alpha).toBeCloseTo(0.843089227854854, 12);
    expect(blocks.map(({ alpha }) => alpha!.toFixed(4))).toEqual(["0.7697", "0.9441"]);
    expect(drift).toBe("rose");
  });

  test("labels by rater, Fleiss' κ over complete rows, and the costliest pairs disagree", () => {
    expect(agreement.distribution.map(({ counts }) => counts)).toEqual([
      { Y: 707, N: 286, NA: 7 },
      { Y: 719, N: 267, NA: 14 },
      { Y: 729, N: 251, NA: 20 },
    ]);
    expect(agreement.fleiss).toMatchObject({ n: 967 });
    expect(agreement.fleiss.kappa).toBeCloseTo(0.8955, 4);
    expect(agreement.pairwise.map(({ n }) => n)).toEqual([983, 977, 970]);
    const worst = table.rows.find(({ pair }) => pair.id === agreement.costliest[0]!.pairId)!;
    expect(new Set(worst.labels).size).toBeGreaterThan(1);
    const influences = agreement.costliest.map(({ influence }) => influence);
    expect(influences).toEqual(influences.toSorted((a, b) => a - b));
    expect(agreement.withoutRater).toHaveLength(3);
  });
});
