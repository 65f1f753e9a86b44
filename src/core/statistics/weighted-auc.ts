/**
 * Prepares the area under the ROC curve (roc.ts) for resampling: items are sorted once, and each call counts every
 * item as often as its group was drawn, in one pass.
 *
 * @param scores     [n] finite.
 * @param positives  [n] whether each item is positive.
 * @param groups     [n] index of the group, such as the question, that each item is drawn with.
 * @returns          (weights [groups]) → AUC, 0 to 1; null if all items drawn are of one kind.
 */
export function weightedAuc(
  scores: readonly number[],
  positives: readonly boolean[],
  groups: readonly number[],
): (weights: Int32Array) => number | null {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const isTied = order.map((i, k) => k > 0 && scores[order[k - 1]!] === scores[i]);
  return (weights) => {
    let [negatives, positivesSeen, above] = [0, 0, 0]; // above: twice the pairs in order, a tie counting once
    let [tiedNegatives, tiedPositives] = [0, 0];
    const closeTie = () => {
      above += tiedPositives * (2 * negatives + tiedNegatives);
      negatives += tiedNegatives;
      positivesSeen += tiedPositives;
      [tiedNegatives, tiedPositives] = [0, 0];
    };
    for (let k = 0; k < order.length; k++) {
      if (!isTied[k]) closeTie();
      const i = order[k]!;
      if (positives[i]) tiedPositives += weights[groups[i]!]!;
      else tiedNegatives += weights[groups[i]!]!;
    }
    closeTie();
    return positivesSeen === 0 || negatives === 0 ? null : above / (2 * positivesSeen * negatives);
  };
}
