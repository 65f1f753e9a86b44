import type { LabelAction } from "../../app/label-keys.svelte";
import type { Label, LabelTask } from "../../core/annotation/task";

/** Labels as raters read them. */
export const LABEL_NAMES: Readonly<Record<Label, string>> = {
  Y: "Same",
  N: "Different",
  NA: "Can’t tell",
};

export const ACTION_NAMES: Readonly<Record<LabelAction, string>> = {
  same: "Same",
  different: "Different",
  na: "Can’t tell",
  undo: "Undo the last label",
  previous: "Previous pair",
  next: "Next pair, without a label",
  flag: "Flag to come back to",
  comment: "Comment",
  differences: "Mark differing words",
  help: "Help and guidelines",
};

/** "22 to label": pairs, repeats and checks alike, which raters cannot tell apart. */
export function toLabel({ items }: LabelTask): string {
  return `${items.length.toLocaleString("en-GB")} to label`;
}
