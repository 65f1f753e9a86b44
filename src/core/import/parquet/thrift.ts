/**
 * Thrift's compact protocol, which Parquet's footer and page headers are written in. A reader of it believes the file: a
 * list's length comes before its entries, a number ends where a bit says so, structs nest without end.
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import type { Cursor } from "./cursor";

const DEPTH = 24;

const STOP = 0;
const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 12,
];

export interface ThriftBounds {
  /** Bytes of a text or a value in it. */
  readonly binary: number;
  /** A field of the outermost struct whose values may be longer. */
  readonly except?: number;
}

/**
 * Walks over a struct and everything in it, and allocates nothing. What has passed is read in time and memory of the
 * order of its bytes.
 * @throws RangeError where it leaves its bytes or the bounds.
 */
export function walkStruct(input: Cursor, bounds: ThriftBounds, depth = DEPTH): void {
  if (depth === 0) throw new RangeError("its structs lie too deep in one another");
  let field = 0;
  for (;;) {
    const head = input.byte();
    const type = head & 0x0f;
    if (type === STOP) return;
    const step = head >> 4;
    if (step === 0) input.skipNumber();
    field = step === 0 ? Number.NaN : field + step; // one given in full is no exception
    const isFree = depth === DEPTH && field === bounds.except;
    if (type !== TRUE && type !== FALSE) {
      walkElement(input, type, isFree ? { binary: Number.POSITIVE_INFINITY } : bounds, depth);
    }
  }
}

function walkElement(input: Cursor, type: number, bounds: ThriftBounds, depth: number): void {
  switch (type) {
    case TRUE: // in a list; of a field the type is the value
    case FALSE:
    case BYTE:
      return input.skip(1);
    case I16:
    case I32:
    case I64:
      return input.skipNumber();
    case DOUBLE:
      return input.skip(8);
    case BINARY: {
      const length = input.count();
      if (length > bounds.binary) throw new RangeError("a name or a statistic in it is too long");
      return input.skip(length);
    }
    case LIST:
      return walkList(input, bounds, depth);
    case STRUCT:
      return walkStruct(input, bounds, depth - 1);
    default:
      throw new RangeError(`a field in it has the unknown type ${type}`);
  }
}

function walkList(input: Cursor, bounds: ThriftBounds, depth: number): void {
  if (depth === 0) throw new RangeError("its lists lie too deep in one another");
  const head = input.byte();
  const length = head >> 4 === 15 ? input.count() : head >> 4;
  for (let i = 0; i < length; i++) walkElement(input, head & 0x0f, bounds, depth - 1);
}
