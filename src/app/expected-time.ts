/** How long a study will take here, from one that was run before: on this device, or recorded elsewhere and scaled. */
import type { Corpus } from "../core/corpus/corpus";
import type { StudyConfig } from "../core/study/config";
import { expectedTime } from "../core/study/time-left";
import { timePlanOf } from "./run-time-left";
import type { StudyView } from "./study-view";

/** A study that was run, with what it was run on. */
export interface EarlierRun {
  readonly view: StudyView;
  readonly config: StudyConfig;
  readonly corpus: Corpus;
}

/**
 * @param speed  how many times as fast as the earlier run's machine this one is.
 * @returns ms; null where the earlier run answered nothing, or settings and corpus do not fit.
 */
export function timeOfStudy(
  config: StudyConfig,
  corpus: Corpus,
  { view, ...earlier }: EarlierRun,
  speed = 1,
): number | null {
  const [plan, earlierPlan] = [
    timePlanOf(config, corpus),
    timePlanOf(earlier.config, earlier.corpus),
  ];
  if (!plan || !earlierPlan || view.at === null) return null;
  const time = expectedTime(plan, { plan: earlierPlan, phases: view.phases, at: view.at });
  return time === null ? null : time / speed;
}
