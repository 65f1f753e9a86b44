/**
 * Reads Parquet files that nobody vouches for. hyparquet decodes them, but believes what a file says of itself: a run of a
 * few bytes may claim two billion values. Here each claim is checked against the bytes that are there, and against what
 * a file may unfold into, before hyparquet acts on it.
 */
import type { ColumnChunk, DecodedArray, FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import { flatten, parquetMetadata } from "hyparquet";
import { assembleNested } from "hyparquet/src/assemble.js";
import { readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { isFlatColumn } from "hyparquet/src/schema.js";
import { IMPORT_LIMITS } from "../limits";
import { Budget } from "./budget";
import { Cursor } from "./cursor";
import { checkDataPage, nextPage, viewOf, whole } from "./page";
import { type Leaf, readSchema } from "./schema";
import { walkStruct } from "./thrift";

/** Bytes of a file that can be read from anywhere in it. */
export interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Rows that lie together, by column. */
export interface RowGroupColumns {
  readonly rows: number;
  readonly columns: readonly (readonly [name: string, values: DecodedArray])[];
}

const MAGIC = "PAR1";
/** Bytes of the tables at the file's end. */
const FOOTER = 16 << 20;
/** Of a name or a statistic in the footer; writers leave out statistics that are longer than half of it. */
const LONGEST_STATISTIC = 8 << 10;
const KEY_VALUE_METADATA = 5; // a field of the footer: what the writer noted of itself, of any length
/** A list or struct in a table takes the room of so many values. */
const LEVEL = 4;

/** @throws Error for a file that is broken, or unfolds into more than is read. */
export async function* readRowGroups(file: RandomAccess): AsyncGenerator<RowGroupColumns> {
  const metadata = await readFooter(file);
  const { root, leaves } = readSchema(metadata);
  const groups = metadata.row_groups.map((group) => ({ group, rows: whole(group.num_rows) }));
  if (groups.reduce((sum, { rows }) => sum + rows, 0) > IMPORT_LIMITS.rows) {
    throw new RangeError(`it has more than ${IMPORT_LIMITS.rows / 1_000_000} million rows`);
  }
  const budgets: Budgets = {
    bytes: new Budget(IMPORT_LIMITS.bytes, "bytes"),
    values: new Budget(IMPORT_LIMITS.values, "values"),
  };
  for (const { group, rows } of groups) {
    budgets.values.take(rows * root.children.length);
    if (rows === 0) continue;
    const columns = await readGroup(file, group, rows, leaves, budgets);
    yield { rows, columns: root.children.map((child) => assembled(child, columns)) };
  }
}

interface Budgets {
  readonly bytes: Budget;
  readonly values: Budget;
}

async function readFooter(file: RandomAccess): Promise<FileMetaData> {
  const end = new Cursor(await read(file, file.byteLength - 8, file.byteLength));
  const length = end.little(4);
  if (String.fromCharCode(...end.take(4)) !== MAGIC) throw new RangeError("its end is missing");
  if (length > FOOTER) throw new RangeError(`its footer is longer than ${FOOTER >> 20} MiB`);
  const bytes = await read(file, file.byteLength - 8 - length, file.byteLength);
  walkStruct(new Cursor(bytes.subarray(0, length)), {
    binary: LONGEST_STATISTIC,
    except: KEY_VALUE_METADATA,
  });
  return parquetMetadata(bytes, { geoparquet: false });
}

/** The values of each stored column, by its path. */
async function readGroup(
  file: RandomAccess,
  { columns }: RowGroup,
  rows: number,
  leaves: readonly Leaf[],
  budgets: Budgets,
): Promise<Map<string, DecodedArray>> {
  if (columns.length !== leaves.length) throw new RangeError("a column is missing in it");
  const values = new Map<string, DecodedArray>();
  for (const [i, leaf] of leaves.entries()) {
    values.set(pathOf(leaf), await readChunk(file, columns[i]!, leaf, rows, budgets));
  }
  return values;
}

const pathOf = ({ path }: Leaf) => path.at(-1)!.path.join(".");

async function readChunk(
  file: RandomAccess,
  { meta_data: meta, file_path }: ColumnChunk,
  leaf: Leaf,
  rows: number,
  { bytes, values }: Budgets,
): Promise<DecodedArray> {
  const name = pathOf(leaf);
  const { path, element } = leaf;
  if (!meta || file_path || meta.path_in_schema.join(".") !== name || meta.type !== element.type) {
    throw new RangeError(`column "${name}" is not stored as the schema says`);
  }
  const start = whole(meta.dictionary_page_offset || meta.data_page_offset);
  const length = whole(meta.total_compressed_size);
  bytes.take(length);
  const input = new Cursor(await read(file, start, start + length));
  const decoder = {
    pathInSchema: meta.path_in_schema,
    type: meta.type,
    element,
    schemaPath: path,
    codec: "UNCOMPRESSED",
    parsers: DEFAULT_PARSERS,
  } as const;
  const isFlat = isFlatColumn(path);
  const each = 1 + LEVEL * (path.length - 2);

  const chunks: DecodedArray[] = [];
  let dictionary: DecodedArray | undefined;
  let have = 0;
  while (input.left > 1 && !(isFlat && have >= rows)) {
    const page = nextPage(input, meta.codec, bytes);
    values.take(page.count * each);
    const reader = { view: viewOf(page.bytes), offset: 0 };
    if (page.header.type === "DICTIONARY_PAGE") {
      dictionary = convert(
        readPage(reader, page.header, decoder, undefined, undefined, 0).data!,
        decoder,
      );
      continue;
    }
    if (page.count === 0) continue;
    checkDataPage(page, leaf, bytes);
    const last = chunks.at(-1);
    const before = last?.length ?? 0; // the page may go on with its last list
    const { data } = readPage(reader, page.header, decoder, dictionary, last, 0);
    if (data !== last) chunks.push(data!);
    have += data!.length - (data === last ? before : 0);
  }
  if (have !== rows) throw new RangeError(`column "${name}" has ${have} values for ${rows} rows`);
  return flatten(chunks);
}

/** A column of the table, put together from those that it is stored as. */
function assembled(
  child: SchemaTree,
  stored: ReadonlyMap<string, DecodedArray>,
): readonly [string, DecodedArray] {
  const { name } = child.element;
  if (child.children.length === 0) return [name, stored.get(name)!];
  const parts = new Map(stored);
  assembleNested(parts, child, DEFAULT_PARSERS);
  return [name, parts.get(name)!];
}

/** @throws RangeError unless the bytes lie in the file. */
async function read(file: RandomAccess, start: number, end: number): Promise<Uint8Array> {
  if (!(start >= 0 && end <= file.byteLength)) throw new RangeError("it is cut off");
  return new Uint8Array(await file.slice(start, end));
}
