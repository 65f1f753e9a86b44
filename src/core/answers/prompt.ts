/** The place in a prompt template that a wording takes. */
export const QUESTION_SLOT = "{question}";

/** @throws RangeError if the template has no slot for the question: every prompt would be the same. */
export function fillPrompt(template: string, question: string): string {
  if (!template.includes(QUESTION_SLOT)) {
    throw new RangeError(
      `the prompt template has no ${QUESTION_SLOT}; add it where the question goes`,
    );
  }
  return template.replaceAll(QUESTION_SLOT, () => question);
}

/** What a model wrote, as an answer: the first paragraph, without the space that separates it from the prompt. */
export function trimAnswer(generated: string): string {
  return generated
    .trim()
    .split(/\n\s*\n/)[0]!
    .trim();
}
