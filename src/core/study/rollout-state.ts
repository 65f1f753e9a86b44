/** Where the phase after LoRA stands, as a checkpoint holds it: the session's snapshot, and what the phase itself remembers. */
import * as v from "valibot";
import type { QuestionId } from "../corpus/corpus";
import { readSpelled, spellNumbers } from "../format/spelled-numbers";
import type { HealthMonitor } from "../health/monitor";
import type { HealthSample, SampledGroup } from "../health/sample";
import type { Checkpoint, CheckpointTensor, Json, TrainingState } from "./checkpoint";
import type { Payer } from "./payment";

export interface RolloutState {
  readonly session: TrainingState;
  /** Steps and questions visited so far, and answers that were not learned from. */
  readonly step: number;
  readonly visits: number;
  readonly skippedAnswers: number;
  readonly done: boolean;
  /** The step at which the pinned questions were asked last; null where they were not, or it was not noted. */
  readonly pinnedAt: number | null;
  readonly health: readonly HealthSample[];
  readonly latest: readonly (readonly [QuestionId, Float32Array])[];
}

const LATEST = "payer.latest";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const State = v.object({
  session: v.object({ step: count, state: v.custom<Json>(() => true) }),
  visits: count,
  skippedAnswers: count,
  done: v.boolean(),
  pinnedAt: v.optional(v.nullable(count), null), // checkpoints of before it was noted have none
  health: v.string(),
  latest: v.array(v.union([v.number(), v.string()])),
});

/** @param session  taken after the last step. */
export function writeRolloutState(
  session: TrainingState,
  progress: Pick<RolloutState, "visits" | "skippedAnswers" | "done" | "pinnedAt">,
  health: HealthMonitor,
  payer: Payer,
): Pick<Checkpoint, "state" | "tensors"> {
  const latest = [...payer.latest];
  const { visits, skippedAnswers, done, pinnedAt } = progress;
  return {
    state: {
      session: { step: session.step, state: session.state },
      ...{ visits, skippedAnswers, done, pinnedAt },
      health: JSON.stringify(spellNumbers(toRecord(health.history))),
      latest: latest.map(([id]) => id),
    },
    tensors: { ...session.tensors, [LATEST]: stack(latest.map(([, vector]) => vector)) },
  };
}

/** @throws v.ValiError if the checkpoint is of another phase. */
export function readRolloutState({ step, state, tensors }: Checkpoint): RolloutState {
  const { session, visits, skippedAnswers, done, pinnedAt, health, latest } = v.parse(State, state);
  const { [LATEST]: vectors, ...ofSession } = tensors;
  const rows = unstack(vectors, latest.length);
  return {
    session: { ...session, tensors: ofSession },
    ...{ step, visits, skippedAnswers, done, pinnedAt },
    health: fromRecord(JSON.parse(health, (_, value: unknown) => readSpelled(value)) as Record),
    latest: latest.map((id, i) => [id, rows[i]!]),
  };
}

/** Each group once, as in the run: with batches of one answer several steps share theirs. */
interface Record {
  readonly groups: readonly SampledGroup[];
  readonly samples: readonly (Omit<HealthSample, "group"> & { readonly group: number | null })[];
}

function toRecord(history: readonly HealthSample[]): Record {
  const groups = [...new Set(history.flatMap(({ group }) => group ?? []))];
  const places = new Map(groups.map((group, i) => [group, i]));
  const samples = history.map((sample) => ({
    ...sample,
    group: sample.group && places.get(sample.group)!,
  }));
  return { groups, samples };
}

function fromRecord({ groups, samples }: Record): HealthSample[] {
  return samples.map((sample) => ({
    ...sample,
    group: sample.group === null ? null : (groups[sample.group] ?? null),
  }));
}

/** Vectors of one length as a matrix [n, d]. */
function stack(vectors: readonly Float32Array[]): CheckpointTensor {
  const width = vectors[0]?.length ?? 0;
  const values = new Float32Array(vectors.length * width);
  vectors.forEach((vector, i) => values.set(vector, i * width));
  return { shape: [vectors.length, width], values };
}

function unstack(matrix: CheckpointTensor | undefined, rows: number): Float32Array[] {
  const values = matrix?.values ?? new Float32Array();
  const width = values.length / Math.max(1, rows);
  return Array.from({ length: rows }, (_, i) => values.slice(i * width, (i + 1) * width));
}
