import { InputError } from "../format/input-error";
import type { Job, ShardFile } from "./file";
import { type Shard, shardName } from "./shard";

/** What the shards of one job make together. */
export interface Merged {
  readonly job: Job;
  /** What was made of each question, in the order of the corpus. */
  readonly results: readonly unknown[];
}

/** What must be equal in all shards, in the order in which a difference is told. */
const IDENTITY = [
  ["the command", ({ job }) => job.command],
  ["the version of Steadfast", ({ job }) => job.steadfast],
  ["the corpus (SHA-256)", ({ job }) => job.corpus],
  ["the settings or models (SHA-256)", ({ config }) => config],
  ["the number of shards", ({ shard }) => String(shard.count)],
] as const satisfies [string, (file: ShardFile) => string][];

/**
 * Puts shards together, in any order of the files.
 * @throws InputError naming the file that belongs to another job, the two that are the same shard, or the shards that
 *         are missing; RangeError for no files.
 */
export function mergeShards(files: readonly ShardFile[]): Merged {
  const [first, ...others] = files;
  if (!first) throw new RangeError("there are no shards to merge");
  for (const other of others) refuseForeign(other, first);
  const byIndex = new Map<number, ShardFile>();
  for (const file of files) {
    const before = byIndex.get(file.shard.index);
    if (before) {
      const problem = `it is shard ${shardName(file.shard)}, and so is ${before.file}`;
      throw new InputError({ file: file.file }, problem, "Leave one of them out.");
    }
    byIndex.set(file.shard.index, file);
  }
  refuseMissing(byIndex, first);
  const results = new Array<unknown>(first.job.questions);
  for (const { position, result } of files.flatMap(({ rows }) => rows)) results[position] = result;
  return { job: first.job, results };
}

function refuseForeign(file: ShardFile, first: ShardFile): void {
  for (const [what, of] of IDENTITY) {
    const [here, there] = [of(file), of(first)];
    if (here === there) continue;
    const problem = `it is of another job: ${what} is ${short(here)}, in ${first.file} it is ${short(there)}`;
    throw new InputError({ file: file.file }, problem, "Merge shards of one job.");
  }
}

function refuseMissing(found: ReadonlyMap<number, ShardFile>, { shard, file }: ShardFile): void {
  const missing: Shard[] = [];
  for (let index = 1; index <= shard.count; index++) {
    if (!found.has(index)) missing.push({ index, count: shard.count });
  }
  if (missing.length === 0) return;
  const shown = missing.slice(0, 10).map(shardName).join(", ");
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : "";
  const problem = `of its job ${missing.length === 1 ? "the shard" : "the shards"} ${shown}${more} ${missing.length === 1 ? "is" : "are"} missing`;
  throw new InputError({ file }, problem, "Run these, and merge again.");
}

const short = (text: string) => (/^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text);
