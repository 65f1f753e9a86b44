import type { Corpus } from "../core/corpus/corpus";
import { resolveConfig } from "../core/study/presets";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { listRuns } from "../storage/runs";
import type { EarlierRun } from "./expected-time";
import { applyBatch, emptyView } from "./study-view";

/** With what it computed on: "WebGPU, nvidia ampere"; null where that is not known. */
export type EarlierRunHere = EarlierRun & { readonly backend: string | null };

/** The newest finished run of a target in this browser that went through without a break; null if there is none. */
export async function earlierRun(
  db: Database,
  target: string,
  findCorpus: (id: string) => Corpus | null,
): Promise<EarlierRunHere | null> {
  for (const { id, status, config, corpusId, backend } of await listRuns(db)) {
    const corpus = findCorpus(corpusId);
    if (status !== "done" || config.target !== target || corpus === null) continue;
    const view = (await eventsOf(db, id)).reduce(applyBatch, emptyView);
    // A run of an earlier version lacks settings that came since.
    if (view.seams.length === 0) return { view, config: resolveConfig(config), corpus, backend };
  }
  return null;
}
