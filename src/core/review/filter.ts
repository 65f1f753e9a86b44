/** Which of the texts of a draft are shown, and how many there are of each. */
import type { DraftItem } from "./draft";

export type ReviewFilter = "undecided" | "passed" | "refused" | "keep" | "drop" | "all";

export function fitsFilter({ decision, reason }: DraftItem, filter: ReviewFilter): boolean {
  switch (filter) {
    case "undecided":
      return decision === null;
    case "passed":
      return reason === null;
    case "refused":
      return reason !== null;
    case "keep":
    case "drop":
      return decision === filter;
    case "all":
      return true;
  }
}

/** `passing` are those that no filter refused and nobody has decided. */
export function reviewCounts(items: readonly DraftItem[]) {
  const of = (test: (item: DraftItem) => boolean) => items.filter(test).length;
  return {
    kept: of(({ decision }) => decision === "keep"),
    dropped: of(({ decision }) => decision === "drop"),
    undecided: of(({ decision }) => decision === null),
    passing: of(({ decision, reason }) => decision === null && reason === null),
  };
}
