/** How long a study will take here, from one that was recorded: each phase by how much less or more it has to do. */
import type { StudyConfig } from "../core/study/config";
import type { StudyView } from "./study-view";

/**
 * @param recorded  a study of the same corpus and model, with its settings.
 * @param config    of the study to come.
 * @param speed     how many times as fast as the recording machine this one is.
 * @returns ms; null where the recorded study has no phases.
 */
export function expectedTime(
  recorded: { readonly view: StudyView; readonly config: StudyConfig },
  config: StudyConfig,
  speed: number,
): number | null {
  const { view } = recorded;
  if (view.phases.length === 0 || view.at === null) return null;
  const end = view.at;
  const took = view.phases.map(({ phase, startedAt, endedAt, total }) => {
    const time = (endedAt ?? end) - startedAt;
    return time * share(phase.kind, total, recorded.config, config);
  });
  return took.reduce((a, b) => a + b) / speed;
}

/** Work of a phase in the study to come, as a share of the recorded one's. */
function share(
  kind: StudyView["phases"][number]["phase"]["kind"],
  total: number,
  recorded: StudyConfig,
  config: StudyConfig,
): number {
  switch (kind) {
    case "answer":
      return config.sampling.maxNewTokens / recorded.sampling.maxNewTokens;
    case "lora":
      return total === 0 ? 1 : (config.sft.steps ?? total) / total;
    case "ppo": {
      if (!config.rollouts.enabled) return 0;
      const steps = (total * config.rollouts.passes) / recorded.rollouts.passes;
      return total === 0 ? 1 : Math.min(config.rollouts.maxSteps ?? steps, steps) / total;
    }
    case "score":
    case "select":
      return 1;
  }
}
