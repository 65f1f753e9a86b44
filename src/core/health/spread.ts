import type { Rule } from "./finding";
import { groupsOf } from "./sample";
import { RECENT } from "./window";

const FEWEST_GROUPS = 5;
const SHARE = 0.8;
const SAME = 1e-6;

/**
 * In four of five of the latest groups every answer was paid the same. RLOO and GRPO then have advantages of 0, and DPO no
 * pairs (a problem); PPO does not learn which answer to change.
 */
export const zeroSpread: Rule = (history, { method }) => {
  const groups = groupsOf(history)
    .map(({ scores }) => scores)
    .filter(({ length }) => length > 1)
    .slice(-RECENT);
  if (groups.length < FEWEST_GROUPS) return null;
  const flat = groups.filter((scores) => Math.max(...scores) - Math.min(...scores) <= SAME);
  if (flat.length < SHARE * groups.length) return null;
  return {
    severity: method === "ppo" ? "warning" : "problem",
    sentence: `In ${flat.length} of the last ${groups.length} groups every answer was paid the same, so ${
      method === "ppo" ? "nothing says which of them to change" : "there was nothing to learn"
    }.`,
    setting: "rollouts.reward",
  };
};
