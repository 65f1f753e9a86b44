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
 * `matchPairs`, and what it leaves over by texts that differ in nothing but characters outside ASCII's letters and
 * digits: so a file stays usable in which a dash or a quote was re-encoded. Texts that are left empty so don't count.
 */
export function matchPairsLoosely(
  pairs: readonly PairTexts[],
  rows: readonly PairTexts[],
): (number | null)[] {
  const found = matchPairs(pairs, rows);
  const taken = new Set(found);
  const openPairs = [...pairs.entries()].filter(([i]) => found[i] === null);
  const openRows = [...rows.entries()].filter(([place]) => !taken.has(place));
  const plain = (entries: readonly (readonly [number, PairTexts])[]) =>
    entries.flatMap(([index, { questionId, texts }]) => {
      const reduced = texts.map((text) => text.replaceAll(/[^A-Za-z0-9]/g, ""));
      const [first, second] = reduced as [string, string];
      return first === "" || second === ""
        ? []
        : [{ index, pair: { questionId, texts: [first, second] as const } }];
    });
  const [plainPairs, plainRows] = [plain(openPairs), plain(openRows)];
  const places = matchPairs(
    plainPairs.map(({ pair }) => pair),
    plainRows.map(({ pair }) => pair),
  );
  const byPair = new Map(plainPairs.map(({ index }, k) => [index, places[k]!]));
  return found.map((place, i) => {
    const plainPlace = byPair.get(i) ?? null;
    return place ?? (plainPlace === null ? null : plainRows[plainPlace]!.index);
  });
}

function keyOf({ questionId, texts }: PairTexts): string {
  return JSON.stringify([questionId, ...texts]);
}
