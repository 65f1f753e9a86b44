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

export interface StepRoom extends Room {
  /** Blocks, from the top, that can keep their inner values for the backward pass. Those that do not take longer, and come to the same numbers. */
  readonly keptBlocks: number;
}

type Sized = Pick<Gpt2, "config" | "keepsTransposedHead">;

/**
 * Where not everything fits, fewer blocks keep their inner values; where that does not do, fewer sequences go through at once.
 * @throws OutOfMemoryError if there is no room for the fewest, with what to change.
 */
export async function makeRoom(
  model: Sized,
  adapter: AdapterConfig,
  step: StepShape,
  attempt: TryAllocation = tryAllocation,
): Promise<StepRoom> {
  const { sequences: asked, fewest, setting, remedy } = step;
  const { layers } = model.config;
  const buffers = buffersOf(model, adapter, step.length);
  const keeping = await halvedUntilFits(layers, 0, (kept) => buffers(asked, kept), attempt);
  if (keeping.shortage === null) {
    const note =
      keeping.refused &&
      `${refusedIn(step, keeping.refused)}: ${keeping.count} of ${layers} blocks keep their inner values for the backward pass, the others compute ` +
        `them again. That takes longer and changes nothing that is learned.`;
    return { sequences: asked, keptBlocks: keeping.count, note };
  }
  const fewer = await halvedUntilFits(asked, fewest, (count) => buffers(count, 0), attempt);
  const { count, refused, shortage } = fewer;
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
  return { sequences: count, keptBlocks: 0, note };
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
  const buffers = buffersOf(model, adapter, batch.length);
  const parts = await halvedUntilFits(batch.sequences, 1, (count) => buffers(count, 0), attempt);
  const { count, refused, shortage } = parts;
  if (shortage !== null) throw noRoom("scoring an answer", count, batch, shortage, batch.remedy);
  const note =
    refused &&
    `${refusedIn(batch, refused)}: ${count} ${count === 1 ? "is" : "are"} scored at a time, which changes nothing that is learned.`;
  return { sequences: count, note };
}

/** Of a pass of so many sequences, in which so many blocks keep their inner values. */
function buffersOf(model: Sized, adapter: AdapterConfig, length: number) {
  return (microBatch: number, keptBlocks: number) => {
    const training = { microBatch, length, keptBlocks };
    const shape = { model: model.config, adapter, training, kernels: kernelsHere() };
    return trainingBuffers(shape, model.keepsTransposedHead);
  };
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
