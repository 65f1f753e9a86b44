/**
 * A text as far as readers tell texts apart: without case, punctuation and kinds of blank. Two texts with the same form say the
 * same in the same words. Of a text without a letter or digit nothing is left.
 */
export function comparableForm(text: string): string {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).join(" ");
}
