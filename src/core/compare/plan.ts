/** Which studies a comparison of methods is made of. */
import { canonicalJson } from "../annotation/canonical-json";
import type { Corpus, Question } from "../corpus/corpus";
import { PAYING, type StudyConfig } from "../study/config";
import { splitCorpus } from "../study/split";
import { type ComparedMethod, METHOD_SETTINGS } from "./method-settings";

export interface PlannedStudy {
  readonly method: ComparedMethod;
  readonly seed: number;
  readonly config: StudyConfig;
}

/**
 * A study a method and seed, seed by seed, so that a comparison cut short has whole rounds. What the methods differ in is set; all
 * else is as given. The held-out questions are those of the first seed in all.
 *
 * @param seeds  of each method: that of the settings and those after it.
 * @throws RangeError if the settings do not fit the corpus.
 */
export function planStudies(
  base: StudyConfig,
  methods: readonly ComparedMethod[],
  seeds: number,
  corpus: Corpus,
): PlannedStudy[] {
  const questions = { ...base.questions, ...holdingOut(splitCorpus(base, corpus).evaluation) };
  return Array.from({ length: seeds }, (_, i) => base.seed + i).flatMap((seed) =>
    methods.map((method) => {
      const { rollouts, ppo } = METHOD_SETTINGS[method];
      const config = {
        ...{ ...base, seed, questions },
        rollouts: { ...base.rollouts, enabled: true, ...rollouts },
        ppo: { ...base.ppo, ...ppo },
      };
      return { method, seed, config };
    }),
  );
}

/** What makes every study of a comparison hold out these questions, whatever its seed. */
export function holdingOut(questions: readonly Question[]) {
  const alwaysEvaluate = questions.map(({ id }) => id);
  return { evaluation: alwaysEvaluate.length, alwaysEvaluate };
}

/**
 * Whether two studies give the same results: checkpoints, pinned questions and what an API may cost change none, and how the held-out questions were named
 * does not either. The corpus is split only where all else is the same: it may be large.
 * @throws RangeError if settings that are the same do not fit the corpus.
 */
export function sameResults(one: StudyConfig, other: StudyConfig, corpus: Corpus): boolean {
  const heldOut = (config: StudyConfig) =>
    canonicalJson(splitCorpus(config, corpus).evaluation.map(({ id }) => String(id)).toSorted()); // prettier-ignore
  return settingsOf(one) === settingsOf(other) && heldOut(one) === heldOut(other);
}

const UNPAID = Object.fromEntries([...PAYING].map((name) => [name, null]));

function settingsOf(config: StudyConfig): string {
  const { perCycle } = config.questions;
  const aligned = { ...config.aligned, ...UNPAID };
  const free = { preset: null, checkpoints: null, pinned: null, aligned };
  return canonicalJson({ ...config, ...free, questions: { perCycle } });
}
