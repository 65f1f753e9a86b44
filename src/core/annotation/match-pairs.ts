import type { QuestionId } from "../corpus/corpus";
import type { AnswerPair } from "./pair";

/** What tells a pair in a file: its question's id and its two texts, in their order. */
export interface PairTexts {
  readonly questionId: QuestionId;
  readonly texts: readonly [string, string];
}

export function textsOf({ questionId, answers: [first, second] }: AnswerPair): PairTexts {
  return { questionId, texts: [first.text, second.text] };
}

/**
 * For each pair the position of its row, null where there is none. Equal pairs take equal rows in their order.
 */
export function matchPairs(
  pairs: readonly PairTexts[],
  rows: readonly PairTexts[],
): (number | null)[] {
  const places = new Map<string, number[]>();
  for (const [place, row] of rows.entries()) {
    const key = keyOf(row);
    places.set(key, [...(places.get(key) ?? []), place]);
  }
  return pairs.map((pair) => places.get(keyOf(pair))?.shift() ?? null);
}

/**
 * `matchPairs`, and what it leaves over by one text: a pair takes the one row of its question with an equal text in
 * the same place, if it is also that row's one pair. So a file stays usable in which an answer's dash or quote was
 * re-encoded: the answer's pairs still have another answer to be told by.
 */
export function matchPairsLoosely(
  pairs: readonly PairTexts[],
  rows: readonly PairTexts[],
): (number | null)[] {
  const found = matchPairs(pairs, rows);
  const taken = new Set(found);
  const openPairs = pairs.filter((_, i) => found[i] === null);
  const openRows = [...rows.entries()].filter(([place]) => !taken.has(place));
  const isLike = (a: PairTexts, b: PairTexts) =>
    a.questionId === b.questionId && (a.texts[0] === b.texts[0] || a.texts[1] === b.texts[1]);
  return found.map((place, i) => {
    if (place !== null) return place;
    const like = openRows.filter(([, row]) => isLike(pairs[i]!, row));
    const [only] = like;
    if (like.length !== 1 || only === undefined) return null;
    return openPairs.filter((pair) => isLike(pair, only[1])).length === 1 ? only[0] : null;
  });
}

function keyOf({ questionId, texts }: PairTexts): string {
  return JSON.stringify([questionId, ...texts]);
}
