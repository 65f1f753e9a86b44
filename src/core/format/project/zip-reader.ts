/**
 * Reads a zip of which nothing is believed: bounds are checked before a byte is unpacked, and unpacking ends where a file
 * grows beyond what the directory says.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { Inflate, strFromU8 } from "fflate";
import { InputError } from "../input-error";
import { LIMITS } from "./limits";
import { AS_EXPORTED } from "./record-json";

/** Bytes that can be read in any order: a file on a disk. */
export interface ByteSource {
  readonly name: string;
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

export interface ZipEntry {
  readonly path: string;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly isPacked: boolean;
  /** Of the local header. */
  readonly offset: number;
}

const END = { signature: 0x06054b50, length: 22, longestComment: 0xffff } as const;
const CENTRAL = { signature: 0x02014b50, length: 46 } as const;
const LOCAL = { signature: 0x04034b50, length: 30 } as const;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** Deflate grows to 1032 times at most, so a piece of a bomb is 16 MB before it is noticed. */
const PIECE = 16 << 10;

/** @throws InputError for what is no zip, or one that breaks a limit. */
export async function readDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const fail = failing(source.name);
  if (source.size > LIMITS.archive)
    throw fail(`it has ${source.size} bytes, over ${LIMITS.archive}`);
  const tail = await source.read(
    Math.max(0, source.size - END.length - END.longestComment),
    source.size,
  );
  const { count, size, offset } = readEnd(tail, source.size, fail);
  if (count > LIMITS.entries) throw fail(`it has ${count} files, over ${LIMITS.entries}`);
  const entries = parseDirectory(await source.read(offset, offset + size), count, fail);
  for (const entry of entries) checkEntry(entry, source.name);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > LIMITS.total) throw fail(`it unpacks to ${total} bytes, over ${LIMITS.total}`);
  checkApart(entries, offset, fail);
  return entries;
}

/** @throws InputError naming the entry, if it is not what the directory says. */
export async function readEntry(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const fail = failing(`${source.name}: ${entry.path}`);
  const header = view(await source.read(entry.offset, entry.offset + LOCAL.length));
  if (header.byteLength < LOCAL.length || header.getUint32(0, true) !== LOCAL.signature) {
    throw fail("its header is broken");
  }
  const start =
    entry.offset + LOCAL.length + header.getUint16(26, true) + header.getUint16(28, true);
  const end = start + entry.packedSize;
  if (end > source.size) throw fail("it is cut short");
  const plain = new Uint8Array(entry.size);
  let filled = 0;
  const take = (chunk: Uint8Array) => {
    if (filled + chunk.length > entry.size) throw fail(`it is longer than its ${entry.size} bytes`);
    plain.set(chunk, filled);
    filled += chunk.length;
  };
  const inflate = entry.isPacked ? new Inflate(take) : null;
  for (let at = start; at < end; at += PIECE) {
    const piece = await source.read(at, Math.min(end, at + PIECE));
    if (inflate) unpack(() => inflate.push(piece, at + PIECE >= end), fail);
    else take(piece);
  }
  if (filled !== entry.size) throw fail(`it has ${filled} bytes in place of ${entry.size}`);
  return plain;
}

type Fail = (problem: string) => InputError;

const failing =
  (file: string): Fail =>
  (problem) =>
    new InputError({ file }, problem, AS_EXPORTED);

function unpack(work: () => void, fail: Fail): void {
  try {
    work();
  } catch (error) {
    throw error instanceof InputError ? error : fail(`it does not unpack (${String(error)})`);
  }
}

function readEnd(tail: Uint8Array, fileSize: number, fail: Fail) {
  const bytes = view(tail);
  for (let at = tail.length - END.length; at >= 0; at--) {
    if (bytes.getUint32(at, true) !== END.signature) continue;
    const [count, size, offset] = [
      bytes.getUint16(at + 10, true),
      bytes.getUint32(at + 12, true),
      bytes.getUint32(at + 16, true),
    ];
    const comment = bytes.getUint16(at + 20, true);
    const isWhole = at + END.length + comment === tail.length;
    const isSingle = bytes.getUint16(at + 8, true) === count;
    if (!isWhole || !isSingle) continue;
    if (offset + size > fileSize - END.length - comment) break;
    return { count, size, offset };
  }
  throw fail("it is no zip, or is cut short");
}

function parseDirectory(bytes: Uint8Array, count: number, fail: Fail): ZipEntry[] {
  const data = view(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const isHere =
      at + CENTRAL.length <= bytes.length && data.getUint32(at, true) === CENTRAL.signature;
    if (!isHere) throw fail(`its directory is broken at file ${i + 1} of ${count}`);
    const u16 = (offset: number) => data.getUint16(at + offset, true);
    const u32 = (offset: number) => data.getUint32(at + offset, true);
    const nameEnd = at + CENTRAL.length + u16(28);
    if (nameEnd > bytes.length) throw fail(`its directory is broken at file ${i + 1} of ${count}`);
    const path = strFromU8(bytes.subarray(at + CENTRAL.length, nameEnd));
    const method = u16(10);
    if (u16(8) & ENCRYPTED) throw fail(`“${path}” is encrypted`);
    if (method !== STORED && method !== DEFLATED) {
      throw fail(`“${path}” is packed by method ${method}; only deflate is read`);
    }
    const isPacked = method === DEFLATED;
    entries.push({ path, size: u32(24), packedSize: u32(20), isPacked, offset: u32(42) });
    at = nameEnd + u16(30) + u16(32);
  }
  return entries;
}

function checkEntry({ path, size, packedSize, isPacked }: ZipEntry, archive: string): void {
  const fail = failing(`${archive}: ${path}`);
  if (size > LIMITS.entry) throw fail(`it unpacks to ${size} bytes, over ${LIMITS.entry}`);
  if (!isPacked && packedSize !== size)
    throw fail(`it has ${packedSize} bytes in place of ${size}`);
  if (size > LIMITS.ratioFrom && size > LIMITS.ratio * packedSize) {
    throw fail(`it unpacks to more than ${LIMITS.ratio} times its size, as a zip bomb does`);
  }
}

/** Files that share bytes are how small archives unpack to huge ones. */
function checkApart(entries: readonly ZipEntry[], directory: number, fail: Fail): void {
  const ordered = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [i, { path, offset, packedSize }] of ordered.entries()) {
    const next = ordered[i + 1]?.offset ?? directory;
    if (offset + LOCAL.length + packedSize > next) throw fail(`“${path}” overlaps what follows it`);
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
