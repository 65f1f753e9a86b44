const MAX_ORDER = 4;
const EPSILON = 0.1;

/**
 * Sentence BLEU-4 against one reference, smoothed by method 1, as the published SaGE code takes it from NLTK.
 *
 *   BLEU = BP · exp(¼ Σₙ ln pₙ),   pₙ = matchesₙ / candidate n-gramsₙ,   no match: pₙ = 0.1 / max(1, n-gramsₙ)
 *   BP = 1 if the candidate is longer, else exp(1 − reference length / candidate length)
 *
 * Tokens are split at whitespace and keep their case. Not symmetric. An empty text, or no common token, gives 0;
 * equal texts of fewer than four tokens stay below 1 (one word: 0.178), because missing n-grams are smoothed too.
 *
 * @returns  a number from 0 to 1.
 * @see Papineni et al. 2002; Chen & Cherry 2014, method 1; nltk 3.8.1 `sentence_bleu`.
 */
export function bleu(reference: string, candidate: string): number {
  const expected = splitAtWhitespace(reference);
  const actual = splitAtWhitespace(candidate);
  let logPrecision = 0;
  for (let order = 1; order <= MAX_ORDER; order++) {
    const matches = clippedMatches(nGrams(expected, order), nGrams(actual, order));
    if (order === 1 && matches === 0) return 0;
    const total = Math.max(1, actual.length - order + 1);
    logPrecision += Math.log((matches || EPSILON) / total) / MAX_ORDER;
  }
  const brevity =
    actual.length > expected.length ? 1 : Math.exp(1 - expected.length / actual.length);
  return brevity * Math.exp(logPrecision);
}

/** Python's `str.split()`: its whitespace has U+001C–U+001F and U+0085, and not U+FEFF as JavaScript's. */
function splitAtWhitespace(text: string): string[] {
  // eslint-disable-next-line no-control-regex
  return text.split(/(?:(?!\ufeff)[\s\x1c-\x1f\x85])+/).filter((token) => token !== "");
}

function nGrams(tokens: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= tokens.length; start++) {
    const gram = tokens.slice(start, start + order).join(" "); // tokens hold no space
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function clippedMatches(
  reference: ReadonlyMap<string, number>,
  candidate: ReadonlyMap<string, number>,
): number {
  let matches = 0;
  for (const [gram, count] of candidate) matches += Math.min(count, reference.get(gram) ?? 0);
  return matches;
}
