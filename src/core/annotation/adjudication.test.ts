import fc from "fast-check";
import { expect, test } from "vitest";
import { somePairs } from "../../../tests/annotation/tasks";
import { adjudicate, type Decision, withdrawnDecision } from "./adjudication";
import type { LabelTable } from "./label-table";
import { type Label, LABELS } from "./task";

const [pair] = await somePairs();

function table(labels: readonly (Label | null)[], model: Label | null = null): LabelTable {
  return {
    raters: [
      ...labels.map((_, i) => ({ name: String(i), kind: "person" as const })),
      { name: "gpt", kind: "model" },
    ],
    rows: [{ pair: pair!, labels: [...labels, model] }],
  };
}

const decision = (label: Label | null, at: number): Decision => ({
  pairId: pair!.id,
  label,
  by: "Eve",
  at,
  comment: "",
});

test.each<[(Label | null)[], "missing" | "category", Label | null, string]>([
  [["Y", "Y", "Y"], "missing", "Y", "unanimous"],
  [["Y", "Y", null], "missing", "Y", "unanimous"],
  [["Y", "Y", "N"], "missing", "Y", "majority"],
  [["Y", "Y", "NA"], "missing", "Y", "majority"],
  [["Y", "N", "NA"], "missing", null, "unresolved"],
  [["Y", "NA", "NA"], "missing", null, "unresolved"],
  [["Y", "NA", "NA"], "category", "NA", "majority"],
  [["NA", "NA", "NA"], "missing", null, "unresolved"],
  [["NA", "NA", "NA"], "category", "NA", "unanimous"],
  [["Y", null, null], "missing", null, "unresolved"],
  [["Y", "Y", "N", "N"], "missing", null, "unresolved"],
  [["Y", "N", "Y", "N", "Y"], "missing", "Y", "majority"],
  [["Y", "Y", "N", "NA", "NA"], "category", null, "unresolved"],
  [[null, null], "missing", null, "unresolved"],
])("%j with NA as %s settles on %s: %s", (labels, na, label, provenance) => {
  expect(adjudicate(table(labels, "N"), [], na)).toEqual([
    { pairId: pair!.id, label, provenance, decision: null },
  ]);
});

test("the newest decision stands over the vote, in whatever order, and the labels stay", () => {
  const given = table(["Y", "Y", "N"]);
  const copy = structuredClone(given);
  const decisions = [decision("N", 2), decision("NA", 1)];
  const final = { label: "N", provenance: "adjudicated", decision: decision("N", 2) };
  expect(adjudicate(given, decisions, "missing")).toMatchObject([final]);
  expect(adjudicate(given, decisions.toReversed(), "missing")).toMatchObject([final]);
  expect(given).toEqual(copy);
});

test("a withdrawn decision gives the pair back to the vote, until it is taken again", () => {
  const given = table(["Y", "Y", "N"]);
  const log = [decision("N", 1), decision(null, 2)];
  const vote = { label: "Y", provenance: "majority", decision: null };
  expect(adjudicate(given, log, "missing")).toMatchObject([vote]);
  expect(adjudicate(given, log.toReversed(), "missing")).toMatchObject([vote]);
  expect(withdrawnDecision(log, pair!.id)).toEqual(decision("N", 1));
  const again = [...log, decision("N", 3)];
  expect(adjudicate(given, again, "missing")).toMatchObject([{ provenance: "adjudicated" }]);
  expect(withdrawnDecision(again, pair!.id)).toBeNull();
  expect(withdrawnDecision([], pair!.id)).toBeNull();
  expect(withdrawnDecision(log, "another")).toBeNull();
});

test("a model's label changes nothing, nor does the order of raters", () => {
  const labels = fc.array(fc.option(fc.constantFrom(...LABELS)), { maxLength: 5 });
  fc.assert(
    fc.property(labels, fc.constantFrom(...LABELS), (labels, model) => {
      const final = adjudicate(table(labels), [], "missing");
      expect(adjudicate(table(labels, model), [], "missing")).toEqual(final);
      expect(adjudicate(table(labels.toReversed()), [], "missing")).toEqual(final);
    }),
  );
});
