import type { Rule } from "./finding";
import { known, shiftOf } from "./window";

const WINDOW = 20;
const FACTOR = 1.6;
const ERRORS = 4;
const TOKENS = 4;

/**
 * Answers have become 1.6 times as long or as short as in the run's first 20 steps, by 4 tokens or more and by 4
 * standard errors: on a log scale, since lengths multiply. Windows of 20, because the question alone moves a step's
 * length by a fifth, and one answer's by more.
 */
export const lengthDrift: Rule = (history) => {
  const lengths = known(history.map(({ length }) => length)).filter((length) => length > 0);
  const shift = shiftOf(lengths.map(Math.log), WINDOW, WINDOW);
  if (shift === null) return null;
  const [before, now] = [Math.exp(shift.before), Math.exp(shift.now)];
  const factor = Math.max(now / before, before / now);
  if (factor < FACTOR || shift.errors < ERRORS || Math.abs(now - before) < TOKENS) return null;
  return {
    severity: "warning",
    sentence: `Answers have become ${now > before ? "longer" : "shorter"}: ${before.toFixed(0)} tokens at the start, ${now.toFixed(0)} now. The reward may be paying for length.`,
    setting: now > before ? "reward.longestWords" : "reward.shortestWords",
  };
};
