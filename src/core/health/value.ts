import type { Rule } from "./finding";
import { BASELINE, known, median } from "./window";

const WINDOW = 5;
/** Rewards lie within about ±1 and the KL penalty adds a few: an error of 10² is of no value to anyone. */
const HUGE = 100;
const GROWTH = 10;
const NOT_SMALL = 4;

/**
 * The value head's squared error, median of 5 steps: above 100 score units², not finite, or ten times the first ten
 * steps' and above 4. An error that starts at 2 and falls is what a random head does.
 */
export const valueExplosion: Rule = (history) => {
  const errors = known(history.map(({ valueError }) => valueError));
  if (errors.length < WINDOW) return null;
  const latest = errors.slice(-WINDOW);
  const now = median(latest.map((x) => (Number.isFinite(x) ? x : Infinity)));
  const before = errors.length < BASELINE + WINDOW ? null : median(errors.slice(0, BASELINE));
  const grown = before !== null && now > GROWTH * before && now > NOT_SMALL;
  if (!grown && !(now > HUGE)) return null;
  const from = before === null ? "" : `, from ${before.toPrecision(2)} at the start`;
  return {
    severity: now > HUGE ? "problem" : "warning",
    sentence: `The value head's squared error is ${now.toPrecision(2)}${from}, where rewards lie within about ±1: advantages are its noise.`,
    setting: "ppo.valueCoefficient",
  };
};
