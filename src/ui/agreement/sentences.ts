/** What figures say, in words. */
import type { Agreement, ModelAgreement } from "../../core/annotation/agreement";
import type { AlphaWithInterval } from "../../core/statistics/alpha-diagnostics";
import type { MetricDifference } from "../../core/statistics/metric-agreement";
import { range, signed, three } from "./figures";

/** Krippendorff's marks: conclusions to rely on from .800, tentative ones from .667. */
const RELIABLE = 0.8;
const TENTATIVE = 0.667;

export function alphaSays({ interval }: Pick<AlphaWithInterval, "interval">): string {
  if (interval === null) return "Too few pairs to say how far α can be trusted.";
  const { low, high } = interval;
  if (low >= RELIABLE) return "All of the interval is above .800: labels to rely on.";
  if (high < TENTATIVE)
    return "All of the interval is below .667: don’t draw conclusions from these labels.";
  if (low >= TENTATIVE) return "Above .667, but not surely above .800: tentative conclusions only.";
  return "The interval reaches below .667: too uncertain to draw conclusions from.";
}

/** The rater without whom α rises most, if it rises without one. */
export function oddRaterSays(
  alpha: number | null,
  withoutRater: Agreement["withoutRater"],
): string | null {
  const [most] = withoutRater
    .flatMap(({ rater, alpha: { alpha: left } }) =>
      alpha === null || left === null ? [] : [{ rater, rise: left - alpha }],
    )
    .sort((a, b) => b.rise - a.rise);
  if (most === undefined || most.rise <= 0) return null;
  return `Without ${most.rater.name} α rises by ${three(most.rise)}: they agree least with the others.`;
}

/** How the halves of the pairs differ. */
export function driftSays({ halves, drift }: Pick<Agreement, "halves" | "drift">): string {
  const [first, second] = halves;
  if (!first || !second) return "One pair has no halves to compare.";
  const [a, b] = [first, second].map(({ alpha, interval }) => `${three(alpha)} ${range(interval)}`);
  if (drift === "rose") {
    return `The first half agrees less (${a}) than the second (${b}), more than chance explains. Look at the early pairs before you trust the whole.`;
  }
  if (drift === "fell") {
    return `The second half agrees less (${b}) than the first (${a}), more than chance explains. Look at the late pairs before you trust the whole.`;
  }
  if (first.interval === null || second.interval === null) {
    return "The halves cannot be compared: one of them has no interval.";
  }
  return `The halves, ${a} and ${b}, have intervals that meet: no drift that these pairs can show.`;
}

export function differenceSays({ difference, interval, reason }: MetricDifference): string {
  if (difference === null) return `Not comparable: ${reason}.`;
  if (interval === null) return `${signed(difference)}; no interval: ${reason}.`;
  if (interval.low > 0) return "Closer to people, beyond chance.";
  return interval.high < 0 ? "Less close to people, beyond chance." : "Within chance.";
}

/** How a model stands to the people: first what it is not. */
export function modelSays({ model, alpha: { alpha, interval, reason } }: ModelAgreement): string {
  const start = `${model.name} is not a person and is not counted.`;
  if (alpha === null) return `${start} Against people’s majority α is undefined: ${reason}.`;
  if (interval === null) return `${start} Too few pairs to say how far it follows people.`;
  const { low, high } = interval;
  if (low >= RELIABLE) {
    return `${start} It follows people’s majority closely: all of the interval is above .800.`;
  }
  if (high < TENTATIVE) {
    return `${start} It does not follow people’s majority: all of the interval is below .667.`;
  }
  return `${start} How closely it follows people’s majority is not certain: the interval is neither all above .800 nor all below .667.`;
}
