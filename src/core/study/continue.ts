import type { StudyReport } from "../format/report";
import type { StudyConfig } from "./config";

/**
 * The settings under which a finished study goes on for `more` cycles. A score that had stopped rising does not end it
 * at once: patience counts anew from where it stood.
 *
 * @param done  cycles of the finished study.
 * @throws RangeError unless `more` is a whole number from 1 on.
 */
export function continueConfig(
  config: StudyConfig,
  { cycles: done }: Pick<StudyReport, "cycles">,
  more: number,
): StudyConfig {
  if (!Number.isSafeInteger(more) || more < 1) {
    throw new RangeError(`a study goes on for 1 cycle or more, got ${more}`);
  }
  const max = done.length + more;
  const atLeast = Math.min(max, done.length + config.cycles.patience);
  return { ...config, cycles: { ...config.cycles, max, atLeast } };
}
