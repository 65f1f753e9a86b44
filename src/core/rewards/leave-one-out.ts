import { assertWordings, type Credit, subgraph } from "./graph";
import { sageOf } from "./group-sage";

/**
 * How much SaGE falls when the answer is taken away: cᵢ = SaGE(all) − SaGE(all but i). Positive for an answer that
 * the others agree with, negative for an outlier.
 * @throws RangeError if fewer than three wordings have an answer.
 */
export const leaveOneOut: Credit = (graph) => {
  assertWordings(graph, "leave-one-out", 3);
  const everyone = graph.wordings.map((_, i) => i);
  const all = sageOf(graph);
  return everyone.map((left) => {
    const rest = everyone.filter((i) => i !== left);
    return all - sageOf(subgraph(graph, rest));
  });
};
