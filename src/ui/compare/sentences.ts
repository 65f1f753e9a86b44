/** A comparison in plain sentences. */
import type { EvaluatedModel } from "../../app/compare.svelte";
import type { ModelComparison } from "../../core/compare/compare";
import { plural } from "../../app/plural";
import { change, interval, score, timeText } from "../controls/figures";
import { roleName } from "../controls/roles";

/** "LoRA, cycle 1" within its run. */
export function modelName({ role, cycle, run }: EvaluatedModel): string {
  const name = roleName(role, run.config);
  return cycle === 0 ? name : `${name}, cycle ${cycle}`;
}

/** That a model which always takes the likeliest token says the same twice; null where it does not. */
export function greedySentence(model: EvaluatedModel): string | null {
  if (model.run.config.sampling.temperature !== 0) return null;
  const name = modelName(model);
  return `At temperature 0 ${name} says the same when it is asked again, so that all differences between its answers are due to wording.`;
}

export function runName({ run }: EvaluatedModel): string {
  return `${run.name}, ${timeText(run.createdAt)}`;
}

/** Which is the more consistent, by how much, and whether that is more than noise. */
export function verdict(
  before: string,
  after: string,
  { measures }: Pick<ModelComparison, "measures">,
): string {
  const { meanDifference, interval: bounds, n, p } = measures[0]!.paired;
  if (meanDifference === null || p === null) {
    return "The two have no question in common, so there is nothing to compare.";
  }
  if (bounds === null)
    return `With ${plural(n, ["# question", "# questions"])} nothing can be said about noise.`;
  const by = `${change(meanDifference)} ${interval([bounds.low, bounds.high])}, n = ${n}, ${pText(p)}`;
  const excludesZero = bounds.low > 0 || bounds.high < 0;
  if (excludesZero !== p < 0.05) {
    return `${after} against ${before}: ${by}. Interval and p disagree about whether that is more than noise.`;
  }
  if (!excludesZero) return `No difference beyond noise between ${before} and ${after}: ${by}.`;
  return meanDifference > 0
    ? `${after} is more consistent than ${before}: ${by}. That is more than noise.`
    : `${after} is less consistent than ${before}: ${by}. That is more than noise.`;
}

export function pText(p: number): string {
  return p < 0.001 ? "p < .001" : `p = ${p.toFixed(3).replace(/^0/, "")}`;
}

/** What so many questions can show; null where nothing can be said. */
export function powerText({ power, measures, changes }: ModelComparison): string | null {
  if (power === null) return null;
  const n = changes.length;
  const can = `With ${plural(n, ["# question", "# questions"])}, a true difference of ${score(power.smallestDifference)} would be found four times in five.`;
  const { interval: bounds } = measures[0]!.paired;
  const isNoise = bounds === null || (bounds.low <= 0 && bounds.high >= 0);
  if (!isNoise || power.pairsForObserved === null || power.pairsForObserved <= n) return can;
  return `${can} If the difference seen here is the true one, it takes about ${plural(power.pairsForObserved, ["# question", "# questions"])} to find it.`;
}

/** Whether answers to different questions grew alike too; null where a control is missing or SaGE did not rise. */
export function controlText(
  { measures }: Pick<ModelComparison, "measures">,
  [before, after]: readonly [number | null, number | null],
): string | null {
  const rise = measures[0]!.paired.meanDifference;
  if (before === null || after === null || rise === null) return null;
  const control = `Answers to different questions (control): ${score(before)}, then ${score(after)}.`;
  if (rise <= 0) return control;
  return after - before >= rise
    ? `${control} They grew alike at least as much: read the answers before you call this consistency.`
    : `${control} Their rise of ${change(after - before)} is less than SaGE’s ${change(rise)}.`;
}
