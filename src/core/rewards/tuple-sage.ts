import { deriveSeed, shuffle, stream } from "../random";
import { assertWordings, type Credit, subgraph, type TupleDraw } from "./graph";
import { sageOf } from "./group-sage";

/**
 * SaGE of whole tuples, one answer to each wording, shared by the answers in them:
 *
 *   cᵢ = mean of SaGE(tuple) over the tuples that hold answer i
 *
 * With K samples a wording, a round shuffles each wording's answers and joins the k-th of each to the k-th tuple; the
 * rounds' tuples are pooled. This is the published reward with credit: an answer is paid what the groups it could have
 * been part of score. With K = 1 there is one tuple, and the credit is `group-sage`.
 *
 * @throws RangeError if fewer than two wordings have an answer.
 * @see docs/training.md, "Rewards".
 */
export const tupleSage: Credit = (graph, draw) => {
  assertWordings(graph, "tuple-sage", 2);
  const sums = graph.wordings.map(() => ({ sum: 0, count: 0 }));
  for (const tuple of matchTuples(graph.wordings, draw)) {
    const sage = sageOf(subgraph(graph, tuple));
    for (const member of tuple) {
      sums[member]!.sum += sage;
      sums[member]!.count++;
    }
  }
  return sums.map(({ sum, count }) => sum / count);
};

/**
 * Tuples of one answer to each wording, as positions. Where a wording has fewer answers than another, its answers
 * come round again, so that every answer is in a tuple and every tuple is whole.
 * @throws RangeError unless rounds is a positive integer.
 */
export function matchTuples(wordings: readonly number[], { rounds, seed }: TupleDraw): number[][] {
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`tuples need 1 round of matching or more, got ${rounds}`);
  }
  const members = [...new Set(wordings)].map((wording) =>
    wordings.flatMap((other, i) => (other === wording ? [i] : [])),
  );
  const perRound = Math.max(...members.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => {
    const random = stream(deriveSeed(seed, "tuples", round));
    const orders = members.map((answers) => shuffle(answers, random));
    return Array.from({ length: perRound }, (_, k) =>
      orders.map((order) => order[k % order.length]!),
    );
  }).flat();
}
