/** Bootstraps and metric comparison, in slices between which a call can report and be cancelled. */
import { agreementOf } from "../src/core/annotation/agreement";
import { textMetrics } from "../src/core/annotation/pair-metrics";
import { compareScores } from "../src/core/compare/compare";
import { comparingMetrics } from "../src/core/statistics/metric-agreement";
import type { Steps } from "../src/core/steps";
import type { CallContext, Handlers } from "../src/protocol/rpc";
import type { ComparisonProgress, StatisticsContract } from "../src/protocol/statistics";

/** Work between two looks at the messages that have come in. */
const SLICE_MS = 100;

export const statisticsHandlers: Handlers<StatisticsContract> = {
  async agreement({ table, options }) {
    return agreementOf(table, options);
  },

  async compareMetrics({ pairs, texts, metrics, options }, context) {
    const ofTexts = await inSlices(textMetrics(texts), "texts", context);
    const all = [...ofTexts, ...metrics];
    return inSlices(comparingMetrics(pairs, all, options), "resamples", context);
  },

  async compareModels({ before, after, options }) {
    return compareScores(before, after, options);
  },
};

async function inSlices<Result>(
  steps: Steps<Result>,
  part: ComparisonProgress["part"],
  { signal, progress }: CallContext<ComparisonProgress>,
): Promise<Result> {
  let due = performance.now() + SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < due) continue;
    progress({ part, ...step.value });
    await new Promise((done) => setTimeout(done));
    signal.throwIfAborted();
    due = performance.now() + SLICE_MS;
  }
}
