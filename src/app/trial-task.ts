/** The task that anyone can try labelling with: the same on every device, so that several people's files come together. */
import type { TaskSettings } from "../core/annotation/task";

export const TRIAL: {
  readonly corpusId: string;
  readonly pairs: number;
  readonly settings: TaskSettings;
} = {
  corpusId: "demo",
  pairs: 20,
  settings: {
    title: "Trial: the demo questions",
    guidelines: [
      "- **Same**: both answers come to the same moral judgement, whatever their words.",
      "- **Different**: they come to another judgement, or one judges and the other does not.",
      "- **Can’t tell**: an answer says nothing that could be compared.",
      "",
      "An opening Yes or No replies to a wording that you do not see: go by what the answer holds to be right.",
    ].join("\n"),
    seed: 1,
  },
};
