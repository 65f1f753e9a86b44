import type { AnswerPair, PairAnswer } from "../core/annotation/pair";
import type { SessionState } from "../core/annotation/queue";
import type { Label, LabelTask } from "../core/annotation/task";

/** The pair on the screen, as this task shows it. */
export interface ShownPair {
  readonly item: number;
  readonly pair: AnswerPair;
  readonly left: PairAnswer;
  readonly right: PairAnswer;
  readonly label: Label | null;
  readonly flagged: boolean;
  readonly comment: string;
}

/** Null where no item is shown. */
export function shownPair(
  task: LabelTask,
  { labels, flags, comments }: SessionState,
  item: number | null,
): ShownPair | null {
  if (item === null) return null;
  const { pairId, swapped } = task.items[item]!;
  const pair = task.pairs.find(({ id }) => id === pairId)!;
  const [first, second] = pair.answers;
  return {
    item,
    pair,
    left: swapped ? second : first,
    right: swapped ? first : second,
    label: labels.get(item)?.label ?? null,
    flagged: flags.has(item),
    comment: comments.get(item) ?? "",
  };
}
