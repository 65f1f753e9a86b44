import type { QuestionId } from "../corpus/corpus";

/** One model's answer to one wording of a question. */
export interface Answer {
  readonly questionId: QuestionId;
  /** Position of the wording in the question's paraphrases, from 0. */
  readonly paraphrase: number;
  readonly text: string;
  readonly ruleOfThumb: string | null;
}

/** Whose answers: the pretrained target, the target at the start of a cycle, after LoRA, after PPO, or the aligned model. */
export type Role = "baseline" | "target" | "lora" | "ppo" | "aligned";

export type Split = "evaluation" | "train";

/** Names one set of answers within a study. Cycle 0 is what comes before the first cycle. */
export interface AnswerSet {
  readonly cycle: number;
  readonly role: Role;
  readonly split: Split;
}

/** A file name that sorts by cycle and reads without a key: "evaluation-lora-cycle-1". */
export function answerSetName({ cycle, role, split }: AnswerSet): string {
  return cycle === 0 ? `${split}-${role}` : `${split}-${role}-cycle-${cycle}`;
}
