/** `--shard i/n --out FILE`, for every command whose work falls apart into questions. */
import { createHash } from "node:crypto";
import { version } from "../../package.json";
import { type Job, type ShardRow, writeShard } from "../core/shard/file";
import { isInShard, parseShard, type Shard } from "../core/shard/shard";
import { readingInput, UsageError } from "./errors";
import { writeAllWhole, writeWhole } from "./whole-file";

export const SHARD_HELP = `  --shard i/n         only every n-th question, from the i-th on, into a file for \`merge\`; needs --out
  --out FILE          write the result there, whole or not at all`;

/** @throws UsageError for a shard that is none, or one without a file to go to. */
export async function shardOption(
  shard: string | undefined,
  out: string | undefined,
): Promise<Shard | null> {
  if (shard === undefined) return null;
  if (out === undefined) throw new UsageError("--shard writes a file: name it with --out FILE");
  return readingInput(() => parseShard(shard));
}

/** A shard's questions with their places in the whole. */
export function takeShard<T>(items: readonly T[], shard: Shard): { position: number; item: T }[] {
  return items.flatMap((item, position) =>
    isInShard(position, shard) ? [{ position, item }] : [],
  );
}

/** @param corpus  the bytes or text of the file that the questions are from. */
export function jobOf(
  command: string,
  corpus: string | Uint8Array,
  questions: number,
  settings: Job["settings"],
): Job {
  return { command, steadfast: version, corpus: checksum(corpus), questions, settings };
}

export const checksum = (data: string | Uint8Array) =>
  createHash("sha256").update(data).digest("hex");

export async function saveShard(
  path: string,
  job: Job,
  shard: Shard,
  rows: readonly ShardRow[],
): Promise<void> {
  await saveFile(path, writeShard(job, shard, rows));
}

/**
 * Saves texts by the names of their files, all of them or none.
 * @throws UsageError if one can't be written.
 */
export async function saveFiles(files: Readonly<Record<string, string>>): Promise<void> {
  await readingInput(() => writeAllWhole(files));
}

/** @throws UsageError if the file can't be written. */
export async function saveFile(path: string, text: string): Promise<void> {
  await readingInput(() => writeWhole(path, text, `${path}.part`));
}
