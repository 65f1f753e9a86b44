/** The tasks there are. */
import type { FormatName } from "../import/formats";
import { hellaSwag } from "./hellaswag";
import { moralChoice } from "./moralchoice";
import type { Task } from "./task";
import { truthfulQa } from "./truthfulqa";
import { valueConsistency } from "./valueconsistency";

export const TASKS: readonly Task[] = [truthfulQa, hellaSwag, moralChoice, valueConsistency];

/** The task of a file by its format; null for a corpus that is none. */
export function taskOf(format: FormatName): Task | null {
  return TASKS.find(({ name }) => name === format) ?? null;
}
