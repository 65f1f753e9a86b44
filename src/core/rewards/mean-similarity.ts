import { assertWordings, type Credit, weightsBetween } from "./graph";

/**
 * An answer's mean similarity to the answers to the question's *other* wordings, in [−1, 1]:
 *
 *   cᵢ = mean of wᵢⱼ over j with wording(j) ≠ wording(i)
 *
 * With one sample a wording that is the mean over the other four. Samples of the same wording are left out: a model
 * that always says the same to one wording is not consistent across wordings.
 *
 * @throws RangeError if fewer than two wordings have an answer.
 * @see docs/training.md, "Rewards".
 */
export const meanSimilarity: Credit = (graph) => {
  assertWordings(graph, "mean-similarity", 2);
  const between = weightsBetween(graph);
  const { wordings } = graph;
  return wordings.map((wording, i) => {
    let [sum, count] = [0, 0];
    wordings.forEach((other, j) => {
      if (other === wording) return;
      sum += between(i, j);
      count++;
    });
    return sum / count;
  });
};
