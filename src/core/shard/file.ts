/**
 * A shard's file: JSON lines. The header says which part of which job it is, then a line a question, then the end with a
 * checksum of all before it, so that a file which was cut short is never merged.
 */
import { strToU8 } from "fflate";
import * as v from "valibot";
import { canonicalJson } from "../annotation/canonical-json";
import { InputError } from "../format/input-error";
import { Sha256 } from "../sha256";
import { isInShard, parseShard, type Shard, shardName } from "./shard";

const SHARD_FORMAT = "steadfast-shard";
const SHARD_VERSION = 1;

/** A job: shards of equal jobs fit together. */
export interface Job {
  /** The command that makes it: "score". */
  readonly command: string;
  /** Version of this program. */
  readonly steadfast: string;
  /** SHA-256 of the corpus file's bytes, in hex. */
  readonly corpus: string;
  /** Questions in the whole corpus. */
  readonly questions: number;
  /** Everything else that the result depends on: settings, and the names and revisions of models. JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What was made of one question. */
export interface ShardRow {
  /** Place of the question in the corpus, from 0. */
  readonly position: number;
  readonly result: unknown;
}

export interface ShardFile {
  readonly file: string;
  readonly job: Job;
  /** SHA-256 of the settings, in hex. */
  readonly config: string;
  readonly shard: Shard;
  readonly rows: readonly ShardRow[];
}

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Header = v.object({
  format: v.literal(SHARD_FORMAT),
  version: v.literal(SHARD_VERSION),
  command: v.string(),
  steadfast: v.string(),
  shard: v.string(),
  corpus: hash,
  questions: count,
  config: hash,
  settings: v.record(v.string(), v.unknown()),
});
const Row = v.object({ position: count, result: v.unknown() });
const End = v.object({ end: count, sha256: hash });

/** @param rows  in the order of the corpus. */
export function writeShard(job: Job, shard: Shard, rows: readonly ShardRow[]): string {
  const header: v.InferOutput<typeof Header> = {
    ...{ format: SHARD_FORMAT, version: SHARD_VERSION, shard: shardName(shard) },
    ...job,
    config: sha256(canonicalJson(job.settings)),
  };
  const body = [header, ...rows].map((line) => `${canonicalJson(line)}\n`).join("");
  return `${body}${canonicalJson({ end: rows.length, sha256: sha256(body) })}\n`;
}

/** @throws InputError naming file and line for anything that `writeShard` did not write, or that was cut or changed since. */
export function readShard(text: string, file: string): ShardFile {
  const again = "Run that shard again.";
  const lines = text.split("\n");
  const header = v.safeParse(Header, parsed(lines[0]!));
  if (!header.success) {
    const problem = `it does not begin as a shard of version ${SHARD_VERSION} does`;
    throw new InputError({ file }, problem, "Name files that --shard wrote.");
  }
  const end = v.safeParse(End, parsed(lines.at(-2) ?? ""));
  if (lines.at(-1) !== "" || !end.success || end.output.end !== lines.length - 3) {
    throw new InputError({ file }, "it was cut short: its last line is missing", again);
  }
  const body = lines
    .slice(0, -2)
    .map((line) => `${line}\n`)
    .join("");
  const { settings, config } = header.output;
  if (sha256(body) !== end.output.sha256 || sha256(canonicalJson(settings)) !== config) {
    throw new InputError({ file }, "it was changed: its checksum does not fit", again);
  }
  const shard = parseShard(header.output.shard);
  const rows = lines.slice(1, -2).map((line) => v.parse(Row, parsed(line)));
  const expected = positionsOf(shard, header.output.questions);
  const wrong = expected.findIndex((position, i) => rows[i]?.position !== position);
  if (wrong !== -1 || rows.length !== expected.length) {
    const problem = `it does not hold the questions of shard ${shardName(shard)}`;
    throw new InputError({ file }, problem, again);
  }
  const { command, steadfast, corpus, questions } = header.output;
  return { file, job: { command, steadfast, corpus, questions, settings }, config, shard, rows };
}

function positionsOf(shard: Shard, questions: number): number[] {
  return Array.from({ length: questions }, (_, i) => i).filter((i) => isInShard(i, shard));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

const sha256 = (text: string) => new Sha256().update(strToU8(text)).hex();
