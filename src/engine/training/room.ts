/** Sees to it, before a training's first step, that the device has room for the largest: by taking that much, once. */
import type { AdapterConfig } from "../../core/adapter/config";
import { megabytes } from "../../core/megabytes";
import { trainingBuffers } from "../../core/models/memory";
import { backendName, kernelsHere } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { OutOfMemoryError } from "../out-of-memory";
import {
  halvedUntilFits,
  type Refusal,
  type TryAllocation,
  tryAllocation,
} from "../trial-allocation";

/** Sequences that are to go through the model together. */
export interface PassShape {
  readonly sequences: number;
  /** Tokens of the longest. */
  readonly length: number;
  /** What else makes a pass smaller: "Lower …". */
  readonly remedy: string;
}

/** The largest step that is to come. */
export interface StepShape extends PassShape {
  /** What the sequences can be cut down to; as many as `sequences` where a cut would change what is learned. */
  readonly fewest: number;
  /** The setting that decides how many they are. */
  readonly setting: string;
}

export interface Room {
  /** As many as there is room for: as asked, or halved until they fit. */
  readonly sequences: number;
  /** That they were halved, a sentence; null if they are as asked. */
  readonly note: string | null;
}

type Sized = Pick<Gpt2, "config" | "keepsTransposedHead">;

/** @throws OutOfMemoryError if there is no room for the fewest, with what to change. */
export async function makeRoom(
  model: Sized,
  adapter: AdapterConfig,
  step: StepShape,
  attempt: TryAllocation = tryAllocation,
): Promise<Room> {
  const { sequences: asked, fewest, setting, remedy } = step;
  const { count, refused, shortage } = await tried(model, adapter, step, fewest, attempt);
  if (shortage !== null) {
    const lower =
      asked === fewest && asked > 1
        ? `Lower ${setting} (now ${asked}), which changes what a step learns. `
        : "";
    throw noRoom("a training step", count, step, shortage, `${lower}${remedy}`);
  }
  const same = adapter.loraDropout === 0 ? "" : ", but dropout leaves out other numbers";
  const note =
    refused &&
    `${refusedIn(step, refused)}: ${count} ${count === 1 ? "goes" : "go"} through the model at once, below what ${setting} says, ` +
      `and their gradients are added up. A step still learns from the same batch${same}.`;
  return { sequences: count, note };
}

/**
 * Room to score the answers of a batch before it is learned from. They can be scored in parts, each of which takes no more than a step on as many.
 * @throws OutOfMemoryError if there is no room for one.
 */
export async function makeRoomToScore(
  model: Sized,
  adapter: AdapterConfig,
  batch: PassShape,
  attempt: TryAllocation = tryAllocation,
): Promise<Room> {
  const { count, refused, shortage } = await tried(model, adapter, batch, 1, attempt);
  if (shortage !== null) throw noRoom("scoring an answer", count, batch, shortage, batch.remedy);
  const note =
    refused &&
    `${refusedIn(batch, refused)}: ${count} ${count === 1 ? "is" : "are"} scored at a time, which changes nothing that is learned.`;
  return { sequences: count, note };
}

async function tried(
  model: Sized,
  adapter: AdapterConfig,
  { sequences, length }: PassShape,
  fewest: number,
  attempt: TryAllocation,
) {
  const buffersOf = (microBatch: number) => {
    const shape = {
      model: model.config,
      adapter,
      training: { microBatch, length },
      kernels: kernelsHere(),
    };
    return trainingBuffers(shape, model.keepsTransposedHead);
  };
  return halvedUntilFits(sequences, fewest, buffersOf, attempt);
}

function refusedIn({ sequences, length }: PassShape, { total, reason }: Refusal): string {
  return `${backendName()} has no room for ${sequences} of ${length} tokens, ${megabytes(total)} beside the model (${reason})`;
}

function noRoom(
  what: string,
  sequences: number,
  { length }: PassShape,
  { total, reason }: Refusal,
  remedy: string,
): OutOfMemoryError {
  return new OutOfMemoryError(
    `${backendName()} has no room for ${what}: ${sequences === 1 ? "one sequence" : `${sequences} sequences`} of ` +
      `${length} tokens ${sequences === 1 ? "takes" : "take"} ${megabytes(total)} beside the model (${reason}). ` +
      `${remedy}, or take a smaller model or another device; closing other programs may help too.`,
  );
}
