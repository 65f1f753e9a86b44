/** Where the files of an import come from: a blob, or an address. */
import { InputError } from "../core/format/input-error";
import type { ImportSource } from "../core/import/import";
import { IMPORT_LIMITS } from "../core/import/limits";
import { messageOf } from "../core/message-of";

/** How much of a file has come. */
export type OnBytes = (done: number, total: number | null) => void;

const MAGIC = "PAR1";
const PART = 1 << 20;

/**
 * @param onBytes  told as the text is read.
 * @throws InputError if the file is larger than is read.
 */
export function blobSource(blob: Blob, name: string, onBytes?: OnBytes): ImportSource {
  if (blob.size > IMPORT_LIMITS.bytes) throw tooLarge(name);
  return { name, text: () => textOf(blob, name, onBytes), bytes: async () => access(blob, name) };
}

/**
 * Fetches a file. No cookie and no key goes along.
 * @throws InputError naming the address and what to do: no answer (or none that other pages may read), a status that
 *         is not well, or more bytes than are read.
 */
export async function fetchFile(
  address: string,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: OnBytes },
): Promise<{ readonly blob: Blob; readonly name: string }> {
  const url = urlOf(address);
  const response = await answer(url, signal);
  const total = Number(response.headers.get("content-length")) || null;
  const name = decoded(url.pathname.split("/").at(-1) || url.hostname);
  if ((total ?? 0) > IMPORT_LIMITS.bytes) throw tooLarge(name);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  const reader = response.body!.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    done += read.value.byteLength;
    if (done > IMPORT_LIMITS.bytes) throw tooLarge(name);
    onBytes(done, total);
  }
  return { blob: new Blob(parts), name };
}

/** As it is written where it is no encoding: "100%.csv". */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function answer(url: URL, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch (error) {
    signal.throwIfAborted();
    const problem = `no answer that this page may read (${messageOf(error)}): the address is wrong, you are offline, or ${url.host} does not let other pages read its files (CORS)`;
    const remedy =
      "Download the file and drop it here, or use an address of a host that allows it, such as raw.githubusercontent.com or huggingface.co/datasets/…/resolve/….";
    throw new InputError({ file: url.href }, problem, remedy);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const problem = `the host answered ${response.status} ${response.statusText}`.trim();
  throw new InputError({ file: url.href }, problem, "Open the address in a tab and check it.");
}

function urlOf(address: string): URL {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : null;
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw new InputError(
    { file: address },
    "this is no address of the web",
    "Begin it with https://.",
  );
}

async function* textOf(blob: Blob, name: string, onBytes?: OnBytes): AsyncGenerator<string> {
  const start = new TextDecoder("latin1").decode(await blob.slice(0, MAGIC.length).arrayBuffer());
  if (start === MAGIC) {
    yield start;
    return;
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let from = 0; from < blob.size; from += PART) {
    const bytes = await blob.slice(from, from + PART).arrayBuffer();
    const isLast = from + PART >= blob.size;
    yield decode(decoder, bytes, isLast, name);
    onBytes?.(Math.min(from + PART, blob.size), blob.size);
  }
}

/** @throws InputError unless the bytes are UTF-8: other encodings would turn accents and quotes into noise. */
function decode(decoder: TextDecoder, bytes: ArrayBuffer, isLast: boolean, file: string): string {
  try {
    return decoder.decode(bytes, { stream: !isLast });
  } catch {
    const remedy = 'Save it as UTF-8; in a spreadsheet program the type is called "CSV UTF-8".';
    throw new InputError({ file }, "the text is not encoded in UTF-8", remedy);
  }
}

function access(blob: Blob, name: string) {
  if (blob.size > IMPORT_LIMITS.bytes / 2) throw tooLarge(name);
  const slice = (start: number, end?: number) => blob.slice(start, end).arrayBuffer();
  return { byteLength: blob.size, slice };
}

function tooLarge(file: string): InputError {
  const problem = `the file is larger than ${IMPORT_LIMITS.bytes >> 20} MiB (as Parquet, half of it)`;
  return new InputError({ file }, problem, "Import it in parts.");
}
