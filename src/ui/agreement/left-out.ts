/** Which pairs figures and decisions leave out, and whether for a "Can't tell" or for want of labels. */
import { plural } from "../../app/plural";
import type { FinalLabel } from "../../core/annotation/adjudication";
import type { Agreement } from "../../core/annotation/agreement";
import { type LabelTable, ratersOfKind } from "../../core/annotation/label-table";
import { NA, type NaPolicy } from "../../core/annotation/ratings-csv";

type Figures = Pick<Agreement, "byPolicy" | "distribution" | "fleiss">;

/** Of α. Where NA is a label, what was answered is never what is wanting. */
export function alphaLeavesOut({ byPolicy }: Figures, na: NaPolicy): string | null {
  const left = (byPolicy[na] ?? byPolicy.missing).droppedUnits;
  if (left === 0) return null;
  const unlabelled = byPolicy.category?.droppedUnits ?? left;
  if (unlabelled === left) {
    return plural(left, [
      "# pair with fewer than two labels is left out.",
      "# pairs with fewer than two labels are left out.",
    ]);
  }
  const start = plural(left - unlabelled, [
    "# pair is left out: raters answered Can’t tell, which counts as missing.",
    "# pairs are left out: raters answered Can’t tell, which counts as missing.",
  ]);
  if (unlabelled === 0) return start;
  return `${start} ${plural(unlabelled, [
    "# more has fewer than two answers.",
    "# more have fewer than two answers.",
  ])}`;
}

/** Of Fleiss' κ, which needs a label of everyone. */
export function fleissLeavesOut({ fleiss, distribution }: Figures, na: NaPolicy): string | null {
  if (fleiss.incompleteUnits === 0) return null;
  const start = plural(fleiss.incompleteUnits, [
    "Fleiss’ κ leaves out # pair",
    "Fleiss’ κ leaves out # pairs",
  ]);
  const people = distribution.filter(({ rater }) => rater.kind === "person");
  const hasMissing = people.some(({ missing }) => missing > 0);
  const hasNa = na === "missing" && people.some(({ counts }) => (counts[NA] ?? 0) > 0);
  if (!hasNa) return `${start} that some rater did not label.`;
  if (!hasMissing) return `${start} on which some rater answered Can’t tell.`;
  return `${start} on which some rater answered Can’t tell or that some rater did not label.`;
}

/** Why the pairs to decide are not those that are unresolved; null where they are. */
export function toDecideSays(
  finals: readonly FinalLabel[],
  disagreements: readonly string[],
  labels: LabelTable,
): string | null {
  const people = ratersOfKind(labels, "person").rows;
  const unresolved = finals.flatMap(({ provenance, pairId }, i) =>
    provenance === "unresolved" ? [{ pairId, labels: people[i]!.labels }] : [],
  );
  const toDecide = new Set(disagreements);
  const others = unresolved.filter(({ pairId }) => !toDecide.has(pairId));
  const byMajority = disagreements.length - (unresolved.length - others.length);
  const given = others.map(({ labels }) => labels.filter((label) => label !== null));
  const cannotTell = given.filter((of) => of.length > 0 && of.every((label) => label === NA));
  const few = others.length - cannotTell.length;
  const sentences = [
    byMajority > 0 &&
      plural(byMajority, [
        "# to decide has a majority, which someone did not follow.",
        "# to decide have a majority, which someone did not follow.",
      ]),
    cannotTell.length > 0 &&
      plural(cannotTell.length, [
        "# unresolved is no disagreement: everyone who labelled it answered Can’t tell.",
        "# unresolved are no disagreements: everyone who labelled them answered Can’t tell.",
      ]),
    few > 0 &&
      plural(few, [
        "# unresolved has fewer than two labels.",
        "# unresolved have fewer than two labels.",
      ]),
  ].filter((sentence) => sentence !== false);
  return sentences.length === 0 ? null : sentences.join(" ");
}
