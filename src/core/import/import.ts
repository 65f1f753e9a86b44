/** Reads a corpus from a file that somebody else wrote: what it is, what it holds, and what is wrong with it. */
import type { AbortSignalLike } from "../abort";
import { type Corpus, corpusName } from "../corpus/corpus";
import { InputError } from "../format/input-error";
import { type Checks, checkQuestions } from "./checks";
import type { Collector, FoundationLabels } from "./collect";
import { type Container, containerOf, START, textRecords } from "./container";
import { fingerprintOf } from "./fingerprint";
import { detectFormat, fixedFormat, type FormatName, knownRoles, missingColumns } from "./formats";
import { IMPORT_LIMITS } from "./limits";
import { collectMapped } from "./mapped";
import type { RandomAccess } from "./parquet/file";
import { parquetRecords } from "./parquet-records";
import { type Batch, EMPTY, type Rejection, type SourceRecord } from "./record";
import { guessRoles, layoutOf, type Layout, problemOf, type Roles } from "./roles";

/** A file, whatever it lies in. */
export interface ImportSource {
  readonly name: string;
  /** Its text from the beginning, in parts of about a megabyte. */
  text(): AsyncIterable<string>;
  /** Its bytes in any order, for Parquet. */
  bytes(): Promise<RandomAccess>;
}

export interface ImportOptions {
  /** Instead of what the columns tell. */
  readonly as?: FormatName | null;
  /** Instead of what the columns' names tell; for formats whose columns have roles. */
  readonly roles?: Roles | null;
  readonly signal?: AbortSignalLike;
  /** Told about 10 times a second how many records were read. */
  readonly onProgress?: (records: number) => void;
}

export interface ImportCounts extends Checks {
  readonly questions: number;
  readonly paraphrases: number;
  readonly answers: number;
  readonly pairs: number;
  /** Questions with choices. */
  readonly tasks: number;
  /** Rows refused for an empty text. */
  readonly empty: number;
  readonly rejected: number;
}

export interface Imported {
  readonly format: FormatName;
  readonly container: Container;
  readonly columns: readonly string[];
  /** Null for a format with columns of its own. */
  readonly roles: Roles | null;
  /** The first records as they stand. */
  readonly sample: readonly SourceRecord[];
  readonly corpus: Corpus;
  readonly labels: readonly FoundationLabels[];
  readonly counts: ImportCounts;
  /** Named up to a bound; `counts.rejected` counts all. */
  readonly rejected: readonly Rejection[];
  readonly notes: readonly string[];
  /** Why nothing could be made of the records; null if something was. */
  readonly problem: string | null;
}

const SAMPLE = 20;
const TICK_MS = 100;

/**
 * Reads all of a file. Rows that are not sound are refused one by one; whether the rest is imported without them is the
 * user's to say.
 *
 * @param now  milliseconds, for the pace of progress.
 * @throws InputError for what is no such file at all, beyond the bounds, or without the columns of the format asked for.
 */
export async function readImport(
  source: ImportSource,
  options: ImportOptions = {},
  now: () => number = Date.now,
): Promise<Imported> {
  const { signal, onProgress } = options;
  const { container, batches } = await open(source);
  let plan: Plan | null = null;
  let columns: readonly string[] = [];
  let count = 0;
  let refused = 0;
  let empty = 0;
  const sample: SourceRecord[] = [];
  const rejected: Rejection[] = [];
  const refuse = (rejection: Rejection) => {
    refused++;
    if (rejection.reason === EMPTY) empty++;
    if (rejected.length < IMPORT_LIMITS.rejected) rejected.push(rejection);
  };

  let due = now() + TICK_MS;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    columns = batch.columns;
    for (const record of batch.records.slice(0, SAMPLE - sample.length)) sample.push(record);
    if (batch.records.length > 0) plan ??= planFor(source.name, columns, sample, options);
    batch.rejected.forEach(refuse);
    for (const record of batch.records) {
      const rejection = plan!.collector?.add(record);
      if (rejection) refuse(rejection);
    }
    count += batch.records.length;
    if (count > IMPORT_LIMITS.rows) throw tooMany(source.name);
    if (now() < due) continue;
    onProgress?.(count);
    due = now() + TICK_MS;
  }
  plan ??= planFor(source.name, columns, sample, options);
  const found = plan.collector?.finish();
  found?.rejected.forEach(refuse);
  rejected.sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  const questions = found?.questions ?? [];
  const mapped = plan.roles && { roles: plan.roles, layout: plan.layout };
  const origin = {
    format: plan.format,
    container,
    columns,
    mapped,
    kept: found?.kept ?? [],
    fingerprint: fingerprintOf(questions),
  };
  return {
    ...{ format: plan.format, container, columns, roles: plan.roles, sample, rejected },
    corpus: {
      name: corpusName(source.name),
      questions,
      recordedModel: questions.some(({ recorded }) => recorded !== null)
        ? `recorded in ${source.name}`
        : null,
      origin,
    },
    labels: found?.labels ?? [],
    counts: {
      questions: questions.length + (found?.labels.length ?? 0),
      paraphrases: questions.reduce((sum, { paraphrases }) => sum + paraphrases.length, 0),
      answers: found?.answers ?? 0,
      pairs: found?.pairs ?? 0,
      tasks: questions.filter(({ choices }) => choices !== undefined).length,
      ...checkQuestions(questions),
      ...{ empty, rejected: refused },
    },
    notes: found?.notes ?? [],
    problem: plan.problem ?? (count + refused === 0 ? "there are no rows in it. Add some." : null),
  };
}

/** How the records of a file are read. */
interface Plan {
  readonly format: FormatName;
  readonly roles: Roles | null;
  readonly layout: Layout;
  /** Null where the roles give no questions. */
  readonly collector: Collector | null;
  readonly problem: string | null;
}

function planFor(
  file: string,
  columns: readonly string[],
  sample: readonly SourceRecord[],
  { as = null, roles: given = null }: ImportOptions,
): Plan {
  const named = as ?? (given ? null : detectFormat(columns));
  if (named !== null) {
    const missing = missingColumns(named, columns);
    if (missing.length > 0) throw lacking(file, named, missing, columns);
    const fixed = fixedFormat(named);
    if (fixed) {
      const collector = fixed.collect(columns);
      return { format: named, roles: null, layout: "long", collector, problem: null };
    }
  }
  const roles = given ?? (named && knownRoles(named, columns)) ?? guessRoles(columns);
  const isLayout = named === "long" || named === "wide" || named === "list";
  const layout = isLayout ? named : layoutOf(roles, columns, sample);
  const problem = problemOf(roles, columns);
  const collector = problem === null ? collectMapped(roles, layout, columns) : null;
  return { format: named ?? layout, roles, layout, collector, problem };
}

async function open(
  source: ImportSource,
): Promise<{ container: Container; batches: AsyncIterable<Batch> }> {
  const parts = source.text()[Symbol.asyncIterator]();
  let start = "";
  for (;;) {
    const next = await parts.next();
    if (next.done) break;
    start += next.value;
    if (start.length >= START || start.startsWith("PAR1")) break;
  }
  start = start.replace(/^\ufeff/, "");
  const container = containerOf(source.name, start);
  if (container === "parquet") {
    await parts.return?.();
    return { container, batches: parquetRecords(await source.bytes(), source.name) };
  }
  return { container, batches: textRecords(container, startingWith(start, parts), source.name) };
}

async function* startingWith(start: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function lacking(
  file: string,
  format: FormatName,
  missing: readonly string[],
  columns: readonly string[],
): InputError {
  const found = columns.map((name) => `"${name}"`).join(", ") || "no columns";
  const problem = `the format ${format} has the column "${missing[0]}", and the file has ${found}`;
  const place = { file, row: 1, column: missing[0]! };
  return new InputError(place, problem, "Choose another format, or name the column so.");
}

function tooMany(file: string): InputError {
  const problem = `there are more than ${IMPORT_LIMITS.rows / 1_000_000} million rows`;
  return new InputError({ file }, problem, "Import it in parts.");
}
