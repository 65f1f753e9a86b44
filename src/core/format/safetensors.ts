/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes.
 * @see https://huggingface.co/docs/safetensors#format
 */
import * as v from "valibot";
import { fromBfloat16, fromFloat16 } from "./half";

export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /**
   * The values as float32: a view of the file where it holds aligned F32, otherwise a new array.
   * @throws RangeError if the type is not F32, F16 or BF16.
   */
  readonly read: () => Float32Array;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the header's order. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** A tensor as the header describes it. */
export interface HeaderTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of its bytes, from the end of the header on. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the header's order. */
  readonly tensors: readonly HeaderTensor[];
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What comes before the header: its length. */
export const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const PYTORCH = { format: "pt" };
const MAX_HEADER = 100_000_000; // the reference implementation's limit

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const HeaderEntry = v.object({
  dtype: v.string(),
  shape: v.array(count),
  data_offsets: v.tuple([count, count]),
});
const Metadata = v.record(v.string(), v.string());

const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/**
 * Reads the header and checks every entry against the file; values are converted only when asked for.
 *
 * @param file  the name to put into errors.
 * @throws SyntaxError naming the file, and the tensor where it is one tensor's fault.
 */
export function parseSafetensors(bytes: Uint8Array, file: string): SafetensorsFile {
  const headerLength = readHeaderLength(bytes, file);
  if (LENGTH_BYTES + headerLength > bytes.length) {
    throw new SyntaxError(
      `${file} is cut short: its header needs ${LENGTH_BYTES + headerLength} bytes, the file has ${bytes.length}; load it again`,
    );
  }
  const header = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headerLength);
  const { metadata, tensors } = readHeader(header, file);
  const body = bytes.subarray(LENGTH_BYTES + headerLength);
  const entries = tensors.map(({ name, dtype, shape, begin, end }): [string, TensorEntry] => {
    if (end > body.length) {
      throw new SyntaxError(
        `${file} is cut short: ${name} ends at byte ${end} of the data, the file has ${body.length}; load it again`,
      );
    }
    const read = () => decodeTensor(body.subarray(begin, end), dtype, name, file);
    return [name, { name, dtype, shape, read }];
  });
  return { metadata, tensors: new Map(entries) };
}

/** The header's JSON, checked. @throws SyntaxError naming the file, and the tensor where it is one tensor's fault. */
export function readHeader(json: Uint8Array, file: string): SafetensorsHeader {
  const tensors: HeaderTensor[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseHeader(json, file))) {
    if (name === "__metadata__") metadata = check(Metadata, value, `${file}: __metadata__`);
    else tensors.push(headerTensor(name, check(HeaderEntry, value, `${file}: ${name}`), file));
  }
  return { metadata, tensors };
}

/**
 * Writes float32 tensors, with the metadata that PyTorch's reader asks for.
 * @throws RangeError if a tensor's shape and data disagree, or a name occurs twice.
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = PYTORCH,
): Uint8Array {
  for (const { name, shape, data } of tensors) {
    if (elements(shape) !== data.length) {
      throw new RangeError(`${name} has shape [${shape.join(", ")}] but ${data.length} values`);
    }
  }
  const header = writeHeader(tensors, metadata);
  const length = tensors.reduce((sum, { data }) => sum + data.byteLength, header.length);
  const bytes = new Uint8Array(length);
  bytes.set(header);
  let at = header.length;
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * What comes before the values of float32 tensors, which follow in this order without a gap: a large file need not be held
 * whole to be written.
 * @throws RangeError if a name occurs twice.
 */
export function writeHeader(
  tensors: readonly Pick<NamedTensor, "name" | "shape">[],
  metadata: Readonly<Record<string, string>> = PYTORCH,
): Uint8Array {
  const header = new Map<string, unknown>([["__metadata__", metadata]]);
  let offset = 0;
  for (const { name, shape } of tensors) {
    if (header.has(name)) throw new RangeError(`two tensors are named ${name}`);
    const end = offset + elements(shape) * BYTES_PER_ELEMENT["F32"]!;
    header.set(name, { dtype: "F32", shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = asciiJson(Object.fromEntries(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength);
  bytes.fill(0x20, LENGTH_BYTES); // the format pads the header with spaces
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

/** The header's length, from the first bytes of a file. @throws SyntaxError if they are not those of safetensors. */
export function readHeaderLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < LENGTH_BYTES) {
    throw new SyntaxError(`${file} has ${bytes.length} bytes: too short for safetensors`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER) throw new SyntaxError(`${file} is not a safetensors file`);
  return length;
}

function parseHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(fromUtf8(bytes));
  } catch (error) {
    throw new SyntaxError(`${file}: the header is not JSON: ${String(error)}`, { cause: error });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new SyntaxError(`${file}: the header is not a JSON object`);
  }
  return header as Record<string, unknown>;
}

function headerTensor(
  name: string,
  { dtype, shape, data_offsets: [begin, end] }: v.InferOutput<typeof HeaderEntry>,
  file: string,
): HeaderTensor {
  const width = BYTES_PER_ELEMENT[dtype];
  if (width === undefined) throw new SyntaxError(`${file}: ${name} has the unknown type ${dtype}`);
  if (end - begin !== elements(shape) * width) {
    throw new SyntaxError(
      `${file}: ${name} is ${dtype} [${shape.join(", ")}] but spans ${end - begin} bytes`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/**
 * A tensor's bytes as float32: a view of them where they are aligned F32, otherwise a new array.
 * @throws RangeError if the type is not F32, F16 or BF16.
 */
export function decodeTensor(
  bytes: Uint8Array,
  dtype: string,
  name: string,
  file: string,
): Float32Array {
  switch (dtype) {
    case "F32": {
      const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
      return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
    }
    case "F16":
      return fromFloat16(words(bytes));
    case "BF16":
      return fromBfloat16(words(bytes));
    default:
      throw new RangeError(`${file}: ${name} is ${dtype}; only F32, F16 and BF16 can be read`);
  }
}

/** JSON in ASCII, so that bytes and characters are the same; names outside ASCII are escaped. */
function asciiJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** @throws URIError if the bytes are not UTF-8. (TextDecoder is not part of the language, and core knows no more.) */
function fromUtf8(bytes: Uint8Array): string {
  return decodeURIComponent(
    Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}

function words(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function check<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  where: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new SyntaxError(`${where}: ${v.getDotPath(issue) ?? "value"}: ${issue.message}`);
}
