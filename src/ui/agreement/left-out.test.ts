import { expect, test } from "vitest";
import { adjudicate } from "../../core/annotation/adjudication";
import { agreementOf } from "../../core/annotation/agreement";
import type { LabelTable } from "../../core/annotation/label-table";
import type { NaPolicy } from "../../core/annotation/ratings-csv";
import type { Label } from "../../core/annotation/task";
import { somePairs } from "../../../tests/annotation/tasks";
import { alphaLeavesOut, fleissLeavesOut, toDecideSays } from "./left-out";

const LETTERS = { Y: "Y", N: "N", A: "NA", "-": null } as const;
const pairs = await somePairs(4, 2);

/** Rows of letters, one a rater: A is "Can't tell", - no label. */
function tableOf(rows: readonly string[]): LabelTable {
  return {
    raters: ["Ada", "Bo", "Cy"].map((name) => ({ name, kind: "person" })),
    rows: rows.map((row, i) => ({
      pair: pairs[i]!,
      labels: [...row].map((letter): Label | null => LETTERS[letter as keyof typeof LETTERS]),
    })),
  };
}

function figures(rows: readonly string[], na: NaPolicy) {
  return agreementOf(tableOf(rows), { replicates: 10, confidence: 0.95, seed: 1, na });
}

test.each([
  [["YYY", "YAA"], "missing", "1 pair is left out: raters answered Can’t tell, which counts as missing."],
  [["YYY", "YAA", "AAA", "Y--"], "missing", "2 pairs are left out: raters answered Can’t tell, which counts as missing. 1 more has fewer than two answers."],
  [["YYY", "Y--"], "missing", "1 pair with fewer than two labels is left out."],
  [["YYY", "YAA"], "category", null],
  [["YYY", "YAA", "Y--"], "category", "1 pair with fewer than two labels is left out."],
] as const)("α of %j, NA %s: %s", (rows, na, said) => {
  expect(alphaLeavesOut(figures(rows, na), na)).toBe(said);
}); // prettier-ignore

test.each([
  [["YNY", "YNA"], "missing", "Fleiss’ κ leaves out 1 pair on which some rater answered Can’t tell."],
  [["YNY", "YN-"], "missing", "Fleiss’ κ leaves out 1 pair that some rater did not label."],
  [["YNY", "YN-", "YNA"], "missing", "Fleiss’ κ leaves out 2 pairs on which some rater answered Can’t tell or that some rater did not label."],
  [["YNY", "YNA"], "category", null],
  [["YNY", "YNA", "YN-"], "category", "Fleiss’ κ leaves out 1 pair that some rater did not label."],
] as const)("κ of %j, NA %s: %s", (rows, na, said) => {
  expect(fleissLeavesOut(figures(rows, na), na)).toBe(said);
}); // prettier-ignore

test.each([
  [["YNA", "AAA", "AA-", "Y--"], [0], "2 unresolved are no disagreements: everyone who labelled them answered Can’t tell. 1 unresolved has fewer than two labels."],
  [["YNA", "YYN"], [0, 1], "1 to decide has a majority, which someone did not follow."],
  [["YNA", "YYY"], [0], null],
] as const)("of %j pairs %j are to decide: %s", (rows, open, said) => {
  const table = tableOf(rows);
  const ids = open.map((i) => pairs[i]!.id);
  expect(toDecideSays(adjudicate(table, [], "missing"), ids, table)).toBe(said);
}); // prettier-ignore
