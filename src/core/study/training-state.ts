/** What the engine's snapshots hold beside tensors, checked where they are read: a checkpoint may come with an archive. */
import * as v from "valibot";

const number = v.pipe(v.number(), v.finite());

/** Of fine-tuning, RLOO, GRPO and DPO: updates that Adam has made. */
const SftState = v.object({ adamStep: v.pipe(v.number(), v.integer(), v.minValue(0)) });
type SftState = v.InferOutput<typeof SftState>;

/** Of PPO: as well β, in score units a nat, and the moments of all scores so far. */
const PpoTrainerState = v.object({
  ...SftState.entries,
  klCoefficient: number,
  moments: v.object({ mean: number, variance: number, std: v.nullable(number), count: number }),
});
type PpoTrainerState = v.InferOutput<typeof PpoTrainerState>;

/** @throws v.ValiError if it is the state of something else. */
export const readSftState = (state: unknown): SftState => v.parse(SftState, state);

/** @throws v.ValiError if it is the state of something else. */
export const readPpoTrainerState = (state: unknown): PpoTrainerState =>
  v.parse(PpoTrainerState, state);
