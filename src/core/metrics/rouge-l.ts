import { porterStem } from "./porter";

/**
 * ROUGE-L of two texts, as the published SaGE code takes it from rouge_score with its stemmer on.
 *
 *   P = LCS / candidate tokens,   R = LCS / reference tokens,   F₁ = 2PR / (P + R)
 *
 * LCS is the length of the longest common subsequence of stemmed tokens. Symmetric. No common token, or a text
 * without any token, gives 0.
 *
 * @returns  F₁, a number from 0 to 1.
 * @see Lin 2004; rouge_score `RougeScorer(["rougeL"], use_stemmer=True)`, fmeasure.
 */
export function rougeL(reference: string, candidate: string): number {
  const expected = rougeTokens(reference);
  const actual = rougeTokens(candidate);
  const common = longestCommonSubsequence(expected, actual);
  if (common === 0) return 0;
  const precision = common / actual.length;
  const recall = common / expected.length;
  return (2 * precision * recall) / (precision + recall);
}

/** rouge_score's tokens: lower-case runs of a–z and 0–9; those of more than three letters are stemmed. */
export function rougeTokens(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.map((word) => (word.length > 3 ? porterStem(word) : word));
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let previous = new Uint32Array(b.length + 1); // lengths for the tokens of `a` before this one
  for (const token of a) {
    const current = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      current[j + 1] = token === b[j] ? previous[j]! + 1 : Math.max(previous[j + 1]!, current[j]!);
    }
    previous = current;
  }
  return previous[b.length]!;
}
