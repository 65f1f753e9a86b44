/** A page of a column: unpacked, and checked to hold what its header says before anything is made of it. */
import type { CompressionCodec, PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import type { Budget } from "./budget";
import { Cursor } from "./cursor";
import { walkDeltas, walkRuns } from "./encodings";
import type { Leaf } from "./schema";
import { undoSnappy } from "./snappy";
import { walkStruct } from "./thrift";

export interface Page {
  /** As if the page had been stored without compression. */
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
  /** Values, those that are missing among them. */
  readonly count: number;
}

/** Of one page; writers end them at a megabyte or so. An array beyond it would be a slow one. */
const MOST_VALUES = 1 << 24;
const LONGEST_STATISTIC = 1 << 16;

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);

/**
 * Takes the next page of a column.
 * @param unfolded  what is left of the bytes that the file may unpack into.
 * @throws RangeError for a page that is broken, too large, or packed in a way that is not read.
 */
export function nextPage(input: Cursor, codec: CompressionCodec, unfolded: Budget): Page {
  const start = input.at;
  walkStruct(input, { binary: LONGEST_STATISTIC });
  const header = parquetHeader({ view: viewOf(input.bytes), offset: start });
  const packed = input.take(whole(header.compressed_page_size));
  const size = whole(header.uncompressed_page_size);
  unfolded.take(input.at - start + size);
  const { data_page_header_v2: v2 } = header;
  const isV2 = header.type === "DATA_PAGE_V2" && v2 !== undefined;
  // Of the second kind of data page the levels come first, and are never packed.
  const levels = isV2
    ? whole(v2.repetition_levels_byte_length) + whole(v2.definition_levels_byte_length)
    : 0;
  const isPacked = codec !== "UNCOMPRESSED" && !(isV2 && v2.is_compressed === false);
  const bytes = isPacked ? unpack(packed, levels, size, codec) : packed;
  if (bytes.length !== size || levels > size)
    throw new RangeError("a page does not have its header’s size");
  return {
    header: {
      ...header,
      compressed_page_size: size,
      ...(isV2 && { data_page_header_v2: { ...v2, is_compressed: false } }),
    },
    bytes,
    count: countOf(header),
  };
}

function unpack(packed: Uint8Array, levels: number, size: number, codec: string): Uint8Array {
  if (codec !== "SNAPPY") throw new RangeError(`its compression is ${codec}`);
  if (levels === 0) return undoSnappy(packed, size);
  const bytes = new Uint8Array(size);
  bytes.set(packed.subarray(0, levels));
  bytes.set(undoSnappy(packed.subarray(levels), size - levels), levels);
  return bytes;
}

function countOf(header: PageHeader): number {
  const { data_page_header, data_page_header_v2, dictionary_page_header } = header;
  const of = {
    DATA_PAGE: data_page_header,
    DATA_PAGE_V2: data_page_header_v2,
    DICTIONARY_PAGE: dictionary_page_header,
    INDEX_PAGE: undefined,
  }[header.type];
  return whole(of?.num_values, MOST_VALUES);
}

/**
 * Checks that the levels and values of a data page do not claim more than the page has room for.
 * @param unfolded  is drawn on where values are written as the beginning of the one before and a rest.
 * @throws RangeError where they do.
 */
export function checkDataPage({ header, bytes, count }: Page, leaf: Leaf, unfolded: Budget): void {
  const input = new Cursor(bytes);
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  if (header.type === "DATA_PAGE_V2" && v2) {
    whole(v2.num_rows);
    const present = count - whole(v2.num_nulls, count);
    for (const [max, length] of [
      [leaf.maxRepetition, v2.repetition_levels_byte_length],
      [leaf.maxDefinition, v2.definition_levels_byte_length],
    ] as const) {
      if (max > 0) walkRuns(new Cursor(input.bytes, input.at), bitsOf(max), count);
      input.skip(length);
    }
    const encoding = String(v2.encoding); // undefined for one that hyparquet does not know
    if (encoding === "RLE") return walkRuns(after(input, 4), 1, present);
    if (encoding.endsWith("DICTIONARY")) return walkRuns(input, input.byte(), present);
    return checkValues(input, encoding, present, leaf, unfolded);
  }
  walkLevels(input, leaf.maxRepetition, count);
  const present = walkLevels(input, leaf.maxDefinition, count);
  const encoding = String(v1!.encoding);
  const isRun = encoding === "RLE" || encoding.endsWith("DICTIONARY");
  if (isRun && leaf.element.type === "BOOLEAN") return walkRuns(after(input, 4), 1, present);
  checkValues(input, encoding, present, leaf, unfolded);
}

/** Levels of the first kind of data page, after their length. @returns how many values are of the highest level. */
function walkLevels(input: Cursor, max: number, count: number): number {
  if (max === 0) return count;
  const length = input.little(4);
  walkRuns(new Cursor(input.bytes, input.at), bitsOf(max), count);
  const levels = new Uint8Array(count);
  readRleBitPackedHybrid({ view: viewOf(input.bytes), offset: input.at }, bitsOf(max), levels, 0);
  input.skip(length);
  return levels.reduce((sum, level) => sum + Number(level === max), 0);
}

/** @param count  values that are there. */
function checkValues(
  input: Cursor,
  encoding: string,
  count: number,
  { element }: Leaf,
  unfolded: Budget,
): void {
  switch (encoding) {
    case "PLAIN": // every value takes bytes, or a bit: reading ends with the page
      return;
    case "RLE":
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const width = input.byte();
      if (width > 0) walkRuns(input, width, count); // else all are the first
      return;
    }
    case "BYTE_STREAM_SPLIT": {
      const isFixed = element.type === "FIXED_LEN_BYTE_ARRAY";
      return input.skip(count * (isFixed ? element.type_length! : 4)); // 4 bytes at least
    }
    case "DELTA_BINARY_PACKED":
    case "DELTA_LENGTH_BYTE_ARRAY":
      return walkDeltas(input, count);
    case "DELTA_BYTE_ARRAY": {
      const reader = { view: viewOf(input.bytes), offset: input.at };
      for (let stream = 0; stream < 2; stream++) {
        walkDeltas(input, count);
        const lengths = new Int32Array(count);
        deltaBinaryUnpack(reader, count, lengths);
        for (const length of lengths) unfolded.take(whole(length));
      }
      return;
    }
    default:
      throw new RangeError(`its encoding is ${encoding}`);
  }
}

const bitsOf = (max: number) => 32 - Math.clz32(max);

function after(input: Cursor, bytes: number): Cursor {
  input.skip(bytes);
  return input;
}

/** A number of a header. @throws RangeError unless it is whole and from 0 to `most`. */
export function whole(value: unknown, most = 2 ** 31): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= most) {
    return number;
  }
  throw new RangeError(`a header says ${String(value)} where a count up to ${most} must be`);
}
