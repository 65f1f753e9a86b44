/** How much of a training from rollouts goes through the model at once, on a device that may have little memory. */
import type { AdapterConfig } from "../../core/adapter/config";
import type { RolloutSettings } from "../../core/study/trainer";
import type { Gpt2 } from "../gpt2/model";
import type { TextTokenizer } from "../tokenizer";
import { makeRoom, makeRoomToScore } from "../training/room";
import { type TryAllocation, tryAllocation } from "../trial-allocation";
import { cutTo, largestStep } from "./largest-step";

export interface RolloutRoom {
  /** As asked, or with fewer answers at once. */
  readonly settings: RolloutSettings;
  /** Answers of a batch that are scored together. */
  readonly scoredAtOnce: number;
  /** As in StepRoom. */
  readonly keptBlocks: number;
  /** What is otherwise than asked; null if nothing. */
  readonly note: string | null;
}

/** @throws OutOfMemoryError if there is no room for the fewest, with what to change. */
export async function roomForRollouts(
  model: Pick<Gpt2, "config" | "keepsTransposedHead">,
  adapter: AdapterConfig,
  settings: RolloutSettings,
  tokenizer: TextTokenizer,
  attempt: TryAllocation = tryAllocation,
): Promise<RolloutRoom> {
  const { step, batch } = largestStep(settings, tokenizer, model.config.positions);
  const room = await makeRoom(model, adapter, step, attempt);
  const isCut = room.sequences < step.sequences;
  const isWithin = batch.sequences <= step.sequences; // then what is true of the step is true of the batch
  const scoring = isWithin
    ? { sequences: room.sequences, note: null }
    : await makeRoomToScore(model, adapter, batch, attempt);
  const notes = [room.note, scoring.note].filter((note) => note !== null);
  return {
    settings: isCut ? cutTo(room.sequences, settings) : settings,
    scoredAtOnce: scoring.sequences,
    keptBlocks: room.keptBlocks,
    note: notes.length > 0 ? notes.join(" ") : null,
  };
}
