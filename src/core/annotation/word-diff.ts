/** Which words two answers have in common, in order, and which only one of them has. */

export interface Stretch {
  readonly text: string;
  /** Whether the other text has these words too, at the corresponding place. */
  readonly common: boolean;
}

/** Above it the table would take too much memory and time; the texts are then shown unmarked. */
const MAX_CELLS = 4_000_000;

/**
 * Longest common subsequence of words, by dynamic programming in O(mn) time and memory. Case and punctuation at a
 * word's edge don't make it another word. The stretches of each side, joined, are its text.
 *
 * @returns null for texts too long to compare (2,000 words each, about).
 */
export function wordDiff(
  left: string,
  right: string,
): readonly [left: readonly Stretch[], right: readonly Stretch[]] | null {
  const [a, b] = [words(left), words(right)];
  if (a.length * b.length > MAX_CELLS) return null;
  const [inA, inB] = commonWords(
    a.map(({ key }) => key),
    b.map(({ key }) => key),
  );
  return [stretches(a, inA), stretches(b, inB)];
}

interface Word {
  /** The word with the white space before and, for the last one, after it. */
  readonly text: string;
  readonly key: string;
}

function words(text: string): Word[] {
  const parts = text.match(/\s*\S+(?:\s+$)?|\s+/g) ?? [];
  return parts.map((part) => {
    const word = part.trim().toLowerCase();
    return { text: part, key: word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "") || word };
  });
}

/** For each side, which words belong to one longest common subsequence. */
function commonWords(a: readonly string[], b: readonly string[]): [boolean[], boolean[]] {
  const width = b.length + 1;
  // lengths[i, j]: words in common from a[i] and b[j] on
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        a[i] === b[j]
          ? lengths[at + width + 1]! + 1
          : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  const [inA, inB] = [a.map(() => false), b.map(() => false)];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const at = i * width + j;
    if (a[i] === b[j]) {
      inA[i++] = true;
      inB[j++] = true;
    } else if (lengths[at + width]! >= lengths[at + 1]!) i++;
    else j++;
  }
  return [inA, inB];
}

function stretches(words: readonly Word[], common: readonly boolean[]): Stretch[] {
  const result: { text: string; common: boolean }[] = [];
  for (const [i, { text }] of words.entries()) {
    const last = result.at(-1);
    if (last === undefined) result.push({ text, common: common[i]! });
    else if (last.common === common[i]) last.text += text;
    else if (common[i]) result.push({ text, common: true });
    else {
      const word = text.trimStart(); // the space before it is not marked
      last.text += text.slice(0, text.length - word.length);
      result.push({ text: word, common: false });
    }
  }
  return result;
}
