/** A model's files from a hub into a folder: gone on with where they broke off, and checked before they count. */
import type { FileWriter, ModelFolder } from "../../core/models/folder";
import type { HubFile } from "../../core/models/hub-info";
import { CONFIG, WEIGHTS_INDEX } from "../../core/models/layout";
import type { ModelFile } from "../../core/models/origin";
import { requireModel, wantedFiles } from "../../core/models/wanted";
import { Sha256 } from "../../core/sha256";
import { type HubListing, addressOf } from "./listing";
import { HubError, RETRIES, type Retries, cutShort, persist, piecesOf, request } from "./request";

/** Bytes of the file under way and of all files; what an earlier attempt left counts as there. */
export interface DownloadProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
  readonly allDone: number;
  readonly allTotal: number;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly retries?: Retries;
}

/** Smaller files are loaded anew: a server may pack them, and their ranges with them. */
const RESUMABLE = 2 ** 20; // bytes

/**
 * config.json of a listing, checked, before anything else is loaded.
 * @throws RangeError if files are missing that a model has; HubError as `downloadModel`.
 */
export async function readConfig(
  listing: HubListing,
  { signal, retries = RETRIES }: DownloadOptions,
): Promise<string> {
  requireModel(new Set(listing.files.keys()), listing.place);
  const file = listing.files.get(CONFIG)!;
  let content = new Uint8Array();
  const load = async () => {
    const response = await request(addressOf(listing, CONFIG), listing, { signal });
    const parts: Uint8Array[] = [];
    for await (const piece of piecesOf(response, signal)) parts.push(piece);
    content = joined(parts);
  };
  await persist(load, () => 0, listing, { signal, retries });
  if ((await gitId(content)) !== file.gitId) throw changed(listing, file);
  return new TextDecoder().decode(content);
}

/**
 * Loads what makes the model, the small files first. Files that are there are checked and not loaded again.
 *
 * @throws RangeError if files are missing; HubError if the hub can't be reached, or a file is not what the hub lists: it is
 *         deleted then. What came before a failure or a cancel stays, for the next time.
 */
export async function downloadModel(
  listing: HubListing,
  folder: ModelFolder,
  options: DownloadOptions,
): Promise<ModelFile[]> {
  const names = new Set(listing.files.keys());
  requireModel(names, listing.place);
  const loaded = [await downloadFile(listing, CONFIG, folder, options)];
  const wanted = wantedFiles(names, await textOf(folder, CONFIG), listing.place);
  const { small } = wanted;
  for (const name of small) {
    if (name !== CONFIG) loaded.push(await downloadFile(listing, name, folder, options));
  }
  const index = small.includes(WEIGHTS_INDEX) ? await textOf(folder, WEIGHTS_INDEX) : null;
  const weights = wanted.weights(index);

  const sizeOf = (files: readonly string[]) =>
    files.reduce((sum, name) => sum + listing.files.get(name)!.bytes, 0);
  const allTotal = sizeOf([...small, ...weights]);
  for (const [i, name] of weights.entries()) {
    const before = sizeOf([...small, ...weights.slice(0, i)]);
    const total = listing.files.get(name)!.bytes;
    const onBytes = (done: number) =>
      options.onProgress?.({ file: name, done, total, allDone: before + done, allTotal });
    loaded.push(await downloadFile(listing, name, folder, options, onBytes));
  }
  return loaded;
}

async function downloadFile(
  listing: HubListing,
  name: string,
  folder: ModelFolder,
  { signal, retries = RETRIES }: DownloadOptions,
  onBytes: (done: number) => void = () => {},
): Promise<ModelFile> {
  const file = listing.files.get(name)!;
  const kept = await keptPart(folder, file, signal);
  let { hash, at } = kept;
  onBytes(at);
  const goOn = async () => {
    if (at === file.bytes) return; // it was there
    if (file.bytes < RESUMABLE) at = 0;
    if (at === 0) hash = new Sha256();
    const headers = at > 0 ? { Range: `bytes=${at}-` } : undefined;
    const response = await request(addressOf(listing, name), listing, {
      signal,
      ...(headers && { headers }),
    });
    if (!startsAt(response, at)) {
      at = 0;
      hash = new Sha256();
    }
    const writer = await folder.append(name, at);
    await closing(writer, async () => {
      for await (const piece of piecesOf(response, signal)) {
        await writer.write(piece);
        hash.update(piece);
        at += piece.length;
        onBytes(at);
        if (at > file.bytes) return;
      }
    });
    if (at < file.bytes) throw cutShort(name);
  };
  await persist(goOn, () => at, listing, { signal, retries });
  const sha256 = hash.hex();
  const whole =
    at === file.bytes &&
    (file.sha256 === null
      ? (await gitId(await contentOf(folder, name))) === file.gitId
      : sha256 === file.sha256);
  if (!whole) {
    await folder.remove(name);
    throw changed(listing, file);
  }
  return { name, bytes: file.bytes, sha256 };
}

/** What an earlier attempt left, hashed. */
async function keptPart(folder: ModelFolder, file: HubFile, signal: AbortSignal) {
  const hash = new Sha256();
  const size = await folder.sizeOf(file.name);
  const isWhole = size === file.bytes;
  if (size === 0 || size > file.bytes || (size < RESUMABLE && !isWhole)) return { hash, at: 0 };
  for await (const piece of folder.read(file.name)) {
    signal.throwIfAborted();
    hash.update(piece);
  }
  return { hash, at: size };
}

/** Whether the body is what was asked for from `at` on; a server without ranges sends all of it. */
function startsAt({ status, headers }: Response, at: number): boolean {
  if (at === 0) return true;
  const range = headers.get("Content-Range"); // a page may not be shown it
  return status === 206 && (range === null || range.startsWith(`bytes ${at}-`));
}

/** The part that came is on disk, whether the rest comes or not. */
async function closing(writer: FileWriter, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await writer.close();
  }
}

function changed({ place, commit }: HubListing, { name }: HubFile): HubError {
  return new HubError(
    `${name} of ${place} is not the file that commit ${commit.slice(0, 7)} lists: its checksum differs, so it was damaged ` +
      "on the way or changed on the server. It was deleted. Load again; if it happens again, use another hub address.",
  );
}

async function gitId(content: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${content.length}\0`);
  const hash = await crypto.subtle.digest("SHA-1", joined([header, content]));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function contentOf(folder: ModelFolder, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of folder.read(name)) parts.push(piece);
  return joined(parts);
}

async function textOf(folder: ModelFolder, name: string): Promise<string> {
  return new TextDecoder().decode(await contentOf(folder, name));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
