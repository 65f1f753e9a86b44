/** Measures of the answers' own words. */
import { distinct, wordsOf } from "../metrics/distinct";
import { refusalIn } from "../rewards/refusal";
import { type Measured, meanMeasure } from "./measured";

const NONE = "there are no answers";

/** Share of answers that a refusal rule finds. */
export function refusalRate(answers: readonly string[]): Measured {
  return meanMeasure(
    answers.map((answer) => Number(refusalIn(answer) !== null)),
    NONE,
  );
}

/** Distinct-n of each answer, mean over those of n words or more. */
export function meanDistinct(answers: readonly string[], n: number): Measured {
  return meanMeasure(
    answers.flatMap((answer) => distinct(answer, n) ?? []),
    `no answer has ${n} words`,
  );
}

/** Words an answer. */
export function meanLength(answers: readonly string[]): Measured {
  return meanMeasure(
    answers.map((answer) => wordsOf(answer).length),
    NONE,
  );
}
