import type { Rule } from "./finding";
import { known, median, RECENT, shiftOf } from "./window";

const SPIKE = 2;

/**
 * A mini-batch went over the ratio threshold (a problem), or two of the last ten steps had a mean ratio above 2. A
 * ratio is 1 on average: policies that differ a little keep it within a few hundredths.
 */
export const ratioSpike: Rule = (history, { method }) => {
  const recent = history.slice(-RECENT);
  const over = recent.reduce((sum, { overRatio }) => sum + overRatio, 0);
  const spikes = known(recent.map(({ ratio }) => ratio)).filter((ratio) => !(ratio <= SPIKE));
  if (over === 0 && spikes.length < 2) return null;
  return {
    severity: over > 0 ? "problem" : "warning",
    sentence:
      over > 0
        ? `${over} mini-batches of the last ${recent.length} steps went over the ratio threshold and taught nothing: updates are too large.`
        : `The probability ratio rose above ${SPIKE} in ${spikes.length} of the last ${recent.length} steps: updates are too large.`,
    setting: `${method}.learningRate`,
  };
};

/** A healthy run loses some entropy; this share of its start, or this many nats a token, is a policy that no longer varies. */
const SHARE_LEFT = 0.3;
const LITTLE_LEFT = 0.02;

/** Median entropy of the last ten steps is below 30 % of the first ten's, or below 0.02 nats a token. */
export const entropyCollapse: Rule = (history, { method }) => {
  const values = known(history.map(({ entropy }) => entropy));
  const shift = shiftOf(values);
  const now = shift?.now ?? (values.length < RECENT ? null : median(values.slice(-RECENT)));
  if (now === null || !(now < LITTLE_LEFT || (shift && now < SHARE_LEFT * shift.before)))
    return null;
  const from = shift ? `, from ${shift.before.toFixed(2)} at the start` : "";
  return {
    severity: now < LITTLE_LEFT ? "problem" : "warning",
    sentence: `Entropy is ${now.toFixed(3)} nats a token${from}: every sample comes out much the same, so there is nothing left to choose from.`,
    setting: method === "ppo" ? "ppo.initialKlCoefficient" : `${method}.beta`,
  };
};
