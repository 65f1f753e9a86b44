/**
 * Distinct-n: different n-grams over all n-grams of a text, from near 0 (one phrase over and over) to 1 (no repeat).
 *
 * Words are lower-case runs of letters, digits and apostrophes, in any script.
 *
 * @param n  n-gram size, an integer of 1 or more.
 * @returns  null if the text has fewer than n words, and so no n-gram.
 * @see Li et al. 2016, arXiv:1510.03055, section 5.
 */
export function distinct(text: string, n: number): number | null {
  if (!Number.isInteger(n) || n < 1) {
    throw new RangeError(`an n-gram has 1 word or more, got ${n}`);
  }
  const words = wordsOf(text);
  const total = words.length - n + 1;
  if (total < 1) return null;
  const grams = Array.from({ length: total }, (_, i) => words.slice(i, i + n).join(" "));
  return new Set(grams).size / total;
}

/** Lower-case runs of letters, digits and apostrophes. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}'’]+/gu) ?? [];
}
