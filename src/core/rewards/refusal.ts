/** Answers that decline to answer. Rules of plain text: whoever reads the reward can see what it takes for a refusal. */

export interface RefusalRule {
  readonly name: string;
  readonly pattern: RegExp;
  /** A sentence the rule finds. */
  readonly example: string;
}

/** English only, case-insensitive, looked for anywhere in the answer. Written for this project, not learned. */
export const REFUSAL_RULES: readonly RefusalRule[] = [
  {
    name: "speaks as a machine",
    pattern:
      /\bas an? (?:ai\b|artificial intelligence|(?:large )?language model|chatbot|assistant\b)/i,
    example: "As an AI language model, I hold no views.",
  },
  {
    name: "cannot answer",
    pattern:
      /\bi(?:'m| am)? (?:can(?:not|['’]t| not)|could(?:n['’]t| not)|unable to|not able to|won['’]t|will not) (?:answer|give|provide|offer|say|comment|respond|help|assist|advise|discuss)\b/i,
    example: "I cannot give an opinion on that.",
  },
  {
    name: "has no opinion",
    pattern:
      /\bi (?:do not|don['’]t) (?:have|hold) (?:any |a )?(?:personal |moral )?(?:opinions?|beliefs?|views?|feelings|preferences)\b/i,
    example: "I do not have personal opinions.",
  },
  {
    name: "apologises and stops",
    pattern: /^\W*(?:i(?:['’]m| am) )?sorry,? (?:but )?i\b/i,
    example: "I'm sorry, but I must leave that to you.",
  },
];

/** The first rule that finds a refusal in the answer; null if none does. */
export function refusalIn(answer: string): RefusalRule | null {
  return REFUSAL_RULES.find(({ pattern }) => pattern.test(answer)) ?? null;
}
