/** Models of a hub for the command line, kept in a cache folder as `huggingface_hub` keeps its own. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { downloadModel, readConfig } from "../clients/hub/download";
import { listModel } from "../clients/hub/listing";
import type { ModelFolder } from "../core/models/folder";
import type { ModelOrigin } from "../core/models/origin";
import { type Target, isCommit } from "../core/models/target";
import { wantedFiles } from "../core/models/wanted";
import type { ModelFiles } from "../engine/gpt2/load";
import { UsageError, isMissing, readingInput } from "./errors";
import { progressLine } from "./progress-line";
import { writeWhole } from "./whole-file";

const PIECE = 2 ** 20; // bytes read at once
/** Written last: a folder with it is whole. */
const MANIFEST = "steadfast-origin.json";

/**
 * A model's files, loaded into the cache if they are not there; a commit that is there asks nothing of the hub.
 * @throws HubError if it can't be loaded; UsageError if it is no model, or a file of the cache was changed.
 */
export async function hubModel(
  { name, revision }: Target & { readonly kind: "hub" },
  host: string,
  signal: AbortSignal,
): Promise<ModelFiles> {
  const place = (commit: string) => join(cacheFolder(), name.replace("/", "--"), commit);
  const kept = isCommit(revision) ? await readOrigin(place(revision)) : null;
  if (kept) return verified(name, place(revision), kept, signal);

  const listing = await listModel({ kind: "hub", name, revision }, host, { signal });
  const folder = place(listing.commit);
  const there = await readOrigin(folder);
  if (there) return verified(name, folder, there, signal);
  const names = new Set(listing.files.keys());
  await readingInput(async () =>
    wantedFiles(names, await readConfig(listing, { signal }), listing.place),
  );
  await mkdir(folder, { recursive: true });
  const line = progressLine(`loading ${name}, MB`);
  try {
    const files = await downloadModel(listing, diskFolder(folder), {
      signal,
      onProgress: ({ allDone, allTotal }) => line.update(megabytes(allDone), megabytes(allTotal)),
    });
    const origin = {
      source: new URL(name, `${host.replace(/\/*$/, "")}/`).href,
      revision: listing.commit,
      files,
    };
    const manifest = join(folder, MANIFEST);
    await writeWhole(manifest, JSON.stringify(origin, null, 2), `${manifest}.new`);
    return modelOf(name, folder, origin);
  } finally {
    line.end();
  }
}

/** STEADFAST_CACHE, or where caches lie on this system. */
export function cacheFolder(): string {
  const { STEADFAST_CACHE, XDG_CACHE_HOME } = process.env;
  if (STEADFAST_CACHE) return join(STEADFAST_CACHE, "models");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "steadfast", "models");
}

/** A folder on disk, which its user made. */
export function diskFolder(folder: string): ModelFolder {
  return {
    async sizeOf(file) {
      return stat(join(folder, file)).then(({ size }) => size, missing(0));
    },
    async *read(file) {
      if ((await this.sizeOf(file)) > 0) yield* piecesOf(join(folder, file));
    },
    async append(file, at) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      const handle = await open(join(folder, file), at === 0 ? "w" : "r+");
      await handle.truncate(at);
      let end = at;
      return {
        async write(piece) {
          await handle.write(piece, 0, piece.length, end);
          end += piece.length;
        },
        async close() {
          await handle.sync();
          await handle.close();
        },
      };
    },
    remove: (file) => rm(join(folder, file), { force: true }),
  };
}

/** What the cache holds may have been changed since. */
async function verified(
  name: string,
  folder: string,
  origin: ModelOrigin,
  signal: AbortSignal,
): Promise<ModelFiles> {
  for (const { name: file, sha256 } of origin.files) {
    const hash = createHash("sha256");
    for await (const piece of piecesOf(join(folder, file))) {
      signal.throwIfAborted();
      hash.update(piece);
    }
    if (hash.digest("hex") === sha256) continue;
    throw new UsageError(
      `${file} in ${folder} is not the file that was loaded: its checksum differs. Delete the folder, and it is loaded again.`,
    );
  }
  return modelOf(name, folder, origin);
}

function modelOf(name: string, folder: string, origin: ModelOrigin): ModelFiles {
  return {
    name,
    names: new Set(origin.files.map((file) => file.name)),
    origin,
    read: (file) => readFile(join(folder, file)),
    stream: (file) => piecesOf(join(folder, file)),
  };
}

async function readOrigin(folder: string): Promise<ModelOrigin | null> {
  const text = await readFile(join(folder, MANIFEST), "utf8").catch(missing(null));
  return text === null ? null : (JSON.parse(text) as ModelOrigin);
}

function piecesOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Uint8Array>;
}

function missing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) return value;
    throw error;
  };
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
