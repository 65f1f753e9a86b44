/** A run's checkpoints as files of an archive, and back: each is proven whole, as it is where it is stored. */
import type { TrainingPhase } from "../../study/checkpoint";
import { messageOf } from "../../message-of";
import { readCheckpoint } from "../checkpoint";
import { InputError } from "../input-error";
import type { ByteDigest } from "./manifest";
import { AS_EXPORTED } from "./record-json";

/** A file of an item, by its path within it. */
export interface ItemFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface RunCheckpoint {
  /** 1, 2, … in the order of saving. */
  readonly serial: number;
  readonly phase: TrainingPhase;
  readonly step: number;
  /** ms since the epoch. */
  readonly savedAt: number;
  readonly manifest: Uint8Array;
  readonly chunks: readonly Uint8Array[];
}

const MANIFEST = /^\/checkpoints\/(\d+)\/manifest\.json$/;

export function checkpointFiles({ serial, manifest, chunks }: RunCheckpoint): ItemFile[] {
  const folder = `/checkpoints/${serial}`;
  return [
    { name: `${folder}/manifest.json`, bytes: manifest },
    ...chunks.map((bytes, index) => ({ name: `${folder}/${index}.bin`, bytes })),
  ];
}

/**
 * The checkpoints among a run's files, by their number.
 * @param path  of a file, for messages, by its name.
 * @throws InputError naming the checkpoint's manifest, if it is not proven whole.
 */
export async function readCheckpoints(
  files: readonly ItemFile[],
  path: (name: string) => string,
  digest: ByteDigest,
): Promise<RunCheckpoint[]> {
  const checkpoints: RunCheckpoint[] = [];
  for (const { name, bytes: manifest } of files) {
    const serial = Number(MANIFEST.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(serial)) continue;
    const chunks: Uint8Array[] = [];
    try {
      const { savedAt, checkpoint } = await readCheckpoint(manifest, digest, async (index) => {
        const chunk = files.find((file) => file.name === `/checkpoints/${serial}/${index}.bin`);
        if (chunk) chunks.push(chunk.bytes);
        return chunk?.bytes ?? null;
      });
      const { phase, step } = checkpoint;
      checkpoints.push({ serial, phase, step, savedAt, manifest, chunks });
    } catch (error) {
      throw new InputError({ file: path(name) }, messageOf(error), AS_EXPORTED);
    }
  }
  return checkpoints.sort((a, b) => a.serial - b.serial);
}
