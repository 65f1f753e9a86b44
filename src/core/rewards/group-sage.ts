import { sageOfPairs } from "../sage/sage";
import { type AnswerGraph, assertWordings, type Credit } from "./graph";

/**
 * The published reward: every answer of a question gets the question's SaGE, so nothing says which answer to change,
 * and advantages within the group are 0.
 * @throws RangeError if fewer than two wordings have an answer.
 */
export const groupSage: Credit = (graph) => {
  assertWordings(graph, "group-sage", 2);
  return new Array<number>(graph.wordings.length).fill(sageOf(graph));
};

/** SaGE of a graph, each answer a node. @throws RangeError where it is undefined. */
export function sageOf({ weights, wordings }: AnswerGraph): number {
  const { sage, reason } = sageOfPairs(weights, wordings.length);
  if (sage === null) throw new RangeError(`no reward without SaGE: ${reason}`);
  return sage;
}
