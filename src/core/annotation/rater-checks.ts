import { type Alpha, krippendorffAlpha } from "../statistics/alpha";
import type { MergedLabel, MergedLabels } from "./merge";
import { raterKey } from "./merge";
import type { Rater } from "./session-file";

/** How a rater agrees with themselves over the pairs shown twice. */
export interface SelfAgreement {
  readonly rater: Rater;
  /** Repeats with both labels; percentAgreement is the share labelled the same. */
  readonly alpha: Alpha;
  /** Pairs labelled otherwise the second time. */
  readonly changed: readonly string[];
}

export interface AttentionChecks {
  readonly rater: Rater;
  readonly passed: number;
  readonly total: number;
  readonly failed: readonly {
    readonly pairId: string;
    readonly expected: string;
    readonly given: string;
  }[];
}

/** Self-agreement of each rater from hidden repeats. NA is a label here: to change to it is a change. */
export function selfAgreement({ raters, labels }: MergedLabels): SelfAgreement[] {
  return raters.map((rater) => {
    const own = labelsOf(labels, rater);
    const first = new Map(
      own.flatMap(({ role, pairId, label }) => (role === "pair" ? [[pairId, label]] : [])),
    );
    const twice = own.flatMap(({ role, pairId, label }) => {
      const before = first.get(pairId);
      return role === "repeat" && before !== undefined ? [{ pairId, labels: [before, label] }] : [];
    });
    return {
      rater,
      alpha: krippendorffAlpha(twice.map(({ labels }) => labels)),
      changed: twice.filter(({ labels: [a, b] }) => a !== b).map(({ pairId }) => pairId),
    };
  });
}

/** How many of the pairs with a known label each rater got right, of those labelled so far. */
export function attentionChecks({ task, raters, labels }: MergedLabels): AttentionChecks[] {
  return raters.map((rater) => {
    const checks = labelsOf(labels, rater).filter(({ role }) => role === "check");
    const failed = checks.flatMap(({ item, pairId, label: given }) => {
      const expected = task.items[item]!.expected!;
      return given === expected ? [] : [{ pairId, expected, given }];
    });
    return { rater, passed: checks.length - failed.length, total: checks.length, failed };
  });
}

function labelsOf(labels: readonly MergedLabel[], rater: Rater): MergedLabel[] {
  return labels.filter((label) => raterKey(label.rater) === raterKey(rater));
}
