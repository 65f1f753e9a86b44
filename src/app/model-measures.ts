import type { ModelSummary } from "../core/format/report";
import type { StudyConfig } from "../core/study/config";
import { measuresOf } from "../core/study/evaluate";
import type { StudyResults } from "./study-results";

/** The models with all their measures: of runs made before these were summed up, from the scores as far as they hold them. */
export function withMeasures(
  { models, rows }: Pick<StudyResults, "models" | "rows">,
  config: Pick<StudyConfig, "seed" | "statistics">,
): ModelSummary[] {
  return models.map((model) => {
    if (model.measures) return model;
    const scores = rows.flatMap(({ scores }) => scores.get(model.name) ?? []);
    return { ...model, measures: measuresOf(scores, config) };
  });
}
