/**
 * Levenshtein's distance: the fewest insertions, deletions and replacements of a character that make one text of the other.
 *
 * Characters are code points. Time |a|·|b|, memory |b|.
 */
export function editDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let above = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, character] of from.entries()) {
    const row = [i + 1];
    for (const [j, other] of to.entries()) {
      const replaced = above[j]! + (character === other ? 0 : 1);
      row.push(Math.min(replaced, above[j + 1]! + 1, row[j]! + 1));
    }
    above = row;
  }
  return above.at(-1)!;
}

/** The distance over the longer text's characters: 0 for equal texts, two empty ones included, 1 for texts with nothing in common. */
export function normalisedEditDistance(a: string, b: string): number {
  const longest = Math.max([...a].length, [...b].length);
  return longest === 0 ? 0 : editDistance(a, b) / longest;
}
