/** Sees to it, before a training's first step, that the device has room for the largest: by taking that much, once. */
import * as tf from "@tensorflow/tfjs-core";
import type { AdapterConfig } from "../../core/adapter/config";
import { trainingBuffers } from "../../core/models/memory";
import { BACKEND_NAMES, type BackendKind } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { OutOfMemoryError } from "../out-of-memory";
import { megabytes, type TryAllocation, tryAllocation } from "../trial-allocation";

/** The largest step that is to come. */
export interface StepShape {
  /** Sequences that go through the model at once. */
  readonly sequences: number;
  /** What they can be cut down to; as many as `sequences` where a cut would change what is learned. */
  readonly fewest: number;
  /** Tokens of the longest. */
  readonly length: number;
  /** The setting that decides how many they are. */
  readonly setting: string;
  /** What else makes a step smaller: "Lower …". */
  readonly remedy: string;
}

export interface Room {
  /** As many as there is room for: as asked, or halved until they fit. */
  readonly sequences: number;
  /** That they were halved, a sentence; null if they are as asked. */
  readonly note: string | null;
}

/** @throws OutOfMemoryError if there is no room for the fewest, with what to change. */
export async function makeRoom(
  model: Pick<Gpt2, "config" | "keepsTransposedHead">,
  adapter: AdapterConfig,
  step: StepShape,
  attempt: TryAllocation = tryAllocation,
): Promise<Room> {
  const backend = tf.getBackend() as BackendKind;
  const kernels = backend === "webgpu" ? "fused" : "plain";
  let refused: string | null = null;
  for (let sequences = step.sequences; ; sequences = halved(sequences, step)) {
    const training = { microBatch: sequences, length: step.length };
    const shape = { model: model.config, adapter, training, kernels } as const;
    const { sizes, total } = trainingBuffers(shape, model.keepsTransposedHead);
    const reason = await attempt(sizes);
    if (reason === null) {
      const note = refused && noteOf(refused, sequences, step, adapter);
      return { sequences, note };
    }
    refused ??= `${BACKEND_NAMES[backend]} has no room for ${step.sequences} of ${step.length} tokens, ${megabytes(total)} beside the model (${reason})`;
    if (sequences <= step.fewest) throw noRoom(backend, total, reason, sequences, step);
  }
}

function halved(sequences: number, { fewest }: StepShape): number {
  return Math.max(fewest, Math.floor(sequences / 2));
}

function noteOf(
  refused: string,
  sequences: number,
  { setting }: StepShape,
  { loraDropout }: AdapterConfig,
): string {
  const same = loraDropout === 0 ? "" : ", but dropout leaves out other numbers";
  return (
    `${refused}: ${sequences} ${sequences === 1 ? "goes" : "go"} through the model at once, below what ${setting} says, ` +
    `and their gradients are added up. A step still learns from the same batch${same}.`
  );
}

function noRoom(
  backend: BackendKind,
  total: number,
  reason: string,
  sequences: number,
  { length, setting, fewest, remedy, sequences: asked }: StepShape,
): OutOfMemoryError {
  const lower =
    asked === fewest && asked > 1
      ? `Lower ${setting} (now ${asked}), which changes what a step learns. `
      : "";
  return new OutOfMemoryError(
    `${BACKEND_NAMES[backend]} has no room for a training step: ${sequences === 1 ? "one sequence" : `${sequences} sequences`} of ` +
      `${length} tokens ${sequences === 1 ? "takes" : "take"} ${megabytes(total)} beside the model (${reason}). ` +
      `${lower}${remedy}, or take a smaller model or another device; closing other programs may help too.`,
  );
}
