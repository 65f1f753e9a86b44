/** How much of what differs between wordings would differ anyway, when the same wording is asked twice. */
import { type Measured, meanMeasure, undefinedMeasure } from "./measured";

const NOT_ASKED = "no wording was asked again";

/**
 * Mean similarity of the answers to one wording asked twice: the most that answers to different wordings can be expected to
 * reach at this temperature.
 *
 * @param again  similarity of the two answers to each wording that was asked twice; null if none was.
 */
export function resampledSimilarity(again: readonly number[] | null): Measured {
  return again === null ? undefinedMeasure(0, NOT_ASKED) : meanMeasure(again, NOT_ASKED);
}

/**
 * What is due to the wording: the similarity when a wording is asked again, less that between wordings. 0 if other words
 * change no more than asking again does. n counts the wordings asked again.
 */
export function wordingEffect(
  again: readonly number[] | null,
  meanSimilarity: number | null,
): Measured {
  const floor = resampledSimilarity(again);
  if (floor.value === null) return floor;
  if (meanSimilarity === null) {
    return undefinedMeasure(floor.n, "there are no two wordings with an answer");
  }
  return { ...floor, value: floor.value - meanSimilarity };
}
