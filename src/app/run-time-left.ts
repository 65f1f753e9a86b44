import type { Corpus } from "../core/corpus/corpus";
import type { StudyConfig } from "../core/study/config";
import { planTime, type TimePlan } from "../core/study/time-plan";

/** Null where settings and corpus do not fit one another: the run itself fails with the reason. */
export function timePlanOf(config: StudyConfig, corpus: Corpus): TimePlan | null {
  try {
    return planTime(config, corpus);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
