import type { Comparison, ReportedRole, SageById } from "../format/report";
import { deriveSeed } from "../random";
import { pairedDifference } from "../statistics/paired";
import type { StudyConfig } from "./config";

interface Model {
  readonly name: ReportedRole;
  readonly sage: SageById;
}

/** One model against another, paired by question. Null where no question has both scores. */
export function compareModels(
  model: Model,
  against: Model,
  { seed, statistics }: Pick<StudyConfig, "seed" | "statistics">,
): Comparison | null {
  const ids = [...against.sage.keys()];
  const { meanDifference, interval, n, higher, lower, equal, p } = pairedDifference(
    ids.map((id) => against.sage.get(id) ?? null),
    ids.map((id) => model.sage.get(id) ?? null),
    { ...statistics, seed: deriveSeed(seed, "paired") },
  );
  if (meanDifference === null || p === null) return null;
  return {
    name: model.name,
    against: against.name,
    meanDifference,
    interval: interval && [interval.low, interval.high],
    n,
    higher,
    lower,
    equal,
    p,
  };
}
