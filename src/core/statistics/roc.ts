/**
 * Area under the ROC curve: the chance that a positive item scores above a negative one, ties counting half.
 *
 *   AUC = (R₊ − n₊(n₊ + 1)/2) / (n₊·n₋),   R₊ = sum of the positives' ranks, tied scores sharing their mean rank
 *
 * @param scores     [n] finite.
 * @param positives  [n] whether each item is positive.
 * @returns          0 to 1, 0.5 for chance; null if all items are of one kind.
 * @throws RangeError if the lengths differ or a score is not finite.
 * @see Hanley & McNeil 1982.
 */
export function rocAuc(scores: readonly number[], positives: readonly boolean[]): number | null {
  if (scores.length !== positives.length) {
    throw new RangeError(`${scores.length} scores and ${positives.length} labels differ in number`);
  }
  const faulty = scores.find((score) => !Number.isFinite(score));
  if (faulty !== undefined)
    throw new RangeError(`cannot rank ${faulty}; leave undefined scores out`);
  const positiveCount = positives.filter(Boolean).length;
  const negativeCount = positives.length - positiveCount;
  if (positiveCount === 0 || negativeCount === 0) return null;

  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positiveRanks = 0;
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && scores[order[end]!] === scores[order[first]!]) end++;
    const tied = order.slice(first, end).filter((i) => positives[i]).length;
    positiveRanks += (tied * (first + 1 + end)) / 2; // ranks first + 1 … end
    first = end;
  }
  return (
    (positiveRanks - (positiveCount * (positiveCount + 1)) / 2) / (positiveCount * negativeCount)
  );
}
