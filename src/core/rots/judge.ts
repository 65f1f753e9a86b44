/** Whether a text is a Rule of Thumb to use, each refusal with its reason as a sentence. */
import { normalisedEditDistance } from "../metrics/edit-distance";
import { comparableForm } from "../metrics/same-text";
import { refusalIn } from "../rewards/refusal";

/** Words of two short sentences. */
const LONGEST = 50;
/** A rule that differs from its answer in less than this share of its characters is the answer again. */
const SAME = 0.2;

/** @returns null for a rule to use. */
export function rotProblem(rule: string, answer: string): string | null {
  const form = comparableForm(rule);
  if (form === "") return "It is empty.";
  const refusal = refusalIn(rule);
  if (refusal) return `It is a refusal (${refusal.name}), and no rule.`;
  if (/[?？]["”'’)\]]*$/u.test(rule)) return "It is a question, and no rule.";
  const words = form.split(" ").length;
  if (words > LONGEST) return `It is too long: ${words} words, where ${LONGEST} are allowed.`;
  if (words < 2) return "It is a single word, and no rule.";
  if (normalisedEditDistance(form, comparableForm(answer)) < SAME) return "It repeats the answer.";
  return null;
}
