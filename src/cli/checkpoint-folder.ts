/** Checkpoints as folders of files, one each: chunks first, and last the manifest that proves them. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, readCheckpoint, writeCheckpoint } from "../core/format/checkpoint";
import type { Checkpoint, TrainingPhase } from "../core/study/checkpoint";
import { isMissing } from "./errors";
import { sha256 } from "./sha256";
import { writeWhole } from "./whole-file";

/** `12-lora-cycle-1`: its number in the order of saving, and its phase. */
const NAME = /^(\d+)-((?:lora|ppo)-cycle-\d+)$/;

export class CheckpointFolder {
  readonly #folder: string;
  readonly #keep: number;
  readonly #say: (sentence: string) => void;

  /**
   * @param folder  exists, and may hold other files.
   * @param keep    checkpoints of the phase under way that stay; of every other phase the newest does.
   * @param say     hears of a damaged checkpoint.
   */
  constructor(folder: string, keep: number, say: (sentence: string) => void) {
    this.#folder = folder;
    this.#keep = keep;
    this.#say = say;
  }

  /** Nothing is written over; older checkpoints go when this one is on disk. */
  async save(checkpoint: Checkpoint): Promise<void> {
    const before = await this.#entries();
    const serial = Math.max(0, ...before.map((entry) => entry.serial)) + 1;
    const phase = phaseName(checkpoint.phase);
    const path = join(this.#folder, `${serial}-${phase}`);
    await mkdir(path);
    const write = (file: string, bytes: Uint8Array) =>
      writeWhole(join(path, file), bytes, join(path, "part"));
    const manifest = await writeCheckpoint(checkpoint, Date.now(), sha256, (index, bytes) =>
      write(chunkName(index), bytes),
    );
    await write("manifest.json", manifest);
    const newer = new Map([[phase, 1]]);
    for (const entry of before) {
      const count = newer.get(entry.phase) ?? 0;
      newer.set(entry.phase, count + 1);
      if (count >= (entry.phase === phase ? this.#keep : 1)) await this.#remove(entry.path);
    }
  }

  /** The newest of a phase that is proven whole. Damaged ones on the way are named and deleted. */
  async load(phase: TrainingPhase): Promise<Checkpoint | null> {
    for (const entry of await this.#entries()) {
      if (entry.phase !== phaseName(phase)) continue;
      try {
        const checkpoint = await read(entry.path, phase);
        if (checkpoint !== null) return checkpoint;
        await this.#remove(entry.path);
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        this.#say(`${entry.path} is damaged (${error.message}); the one before it is taken`);
        await this.#remove(entry.path);
      }
    }
    return null;
  }

  /** Newest first. */
  async #entries() {
    const names = await readdir(this.#folder);
    const entries = names.flatMap((name) => {
      const [, serial, phase] = NAME.exec(name) ?? [];
      if (serial === undefined || phase === undefined) return [];
      return [{ serial: Number(serial), phase, path: join(this.#folder, name) }];
    });
    return entries.sort((a, b) => b.serial - a.serial);
  }

  async #remove(path: string): Promise<void> {
    await rm(join(path, "manifest.json"), { force: true }); // first, so that a half of it is never taken for a whole
    await rm(path, { recursive: true, force: true });
  }
}

/** Null where there is no manifest: who wrote it was killed before its end. */
async function read(path: string, phase: TrainingPhase): Promise<Checkpoint | null> {
  const manifest = await fileIn(path, "manifest.json");
  if (manifest === null) return null;
  const { checkpoint } = await readCheckpoint(manifest, sha256, (index) =>
    fileIn(path, chunkName(index)),
  );
  if (phaseName(checkpoint.phase) === phaseName(phase)) return checkpoint;
  throw new CheckpointError(`it is of ${phaseName(checkpoint.phase)}`);
}

async function fileIn(path: string, name: string): Promise<Uint8Array | null> {
  try {
    return await readFile(join(path, name));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const chunkName = (index: number) => `chunk-${index}.bin`;
const phaseName = ({ kind, cycle }: TrainingPhase) => `${kind}-cycle-${cycle}`;
