/** A model's files on a hub: huggingface.co, or a mirror with the same addresses. */
import { type FetchOptions, fetchFiles } from "./fetch-files";
import type { EncoderFiles } from "./files";

const ID = /^([\w.-]+\/[\w.-]+?)(?:@([\w.-]+))?$/;
const COMMIT = /^[0-9a-f]{40}$/;

export interface HubModel {
  /** "owner/name". */
  readonly name: string;
  /** The commit all files are read from; null where a mirror doesn't tell it. */
  readonly revision: string | null;
  readonly files: EncoderFiles;
  /** For messages: "owner/name at https://…". */
  readonly place: string;
}

interface HubOptions extends FetchOptions {
  /** Keeps files of a pinned revision, which never change. Null keeps none. */
  readonly cache: Pick<Cache, "match" | "put"> | null;
}

/**
 * Opens "owner/name" or "owner/name@revision", a commit, tag or branch ("main" where there is none), and pins it to the
 * commit that the hub names in its header X-Repo-Commit, so that all files are of one revision.
 *
 * @throws RangeError if the id is none; Error if the host can't be reached or doesn't have the model.
 */
export async function openHubModel(
  id: string,
  host: string,
  { cache, ...options }: HubOptions,
): Promise<HubModel> {
  const [, name, asked = "main"] = ID.exec(id) ?? [];
  if (name === undefined) {
    throw new RangeError(
      `"${id}" is no encoder: choose "use-lite", or a model of the hub as "owner/name" or "owner/name@revision"`,
    );
  }
  const place = `${name} at ${host}`;
  const base = (revision: string) =>
    new URL(`${name}/resolve/${encodeURIComponent(revision)}/`, host.replace(/\/*$/, "/")).href;
  const commit = COMMIT.test(asked) ? asked : await commitOf(base(asked), place, options);
  const files = fetchFiles(base(commit ?? asked), options);
  const kept = commit !== null && cache !== null ? keep(files, base(commit), cache) : files;
  return { name, revision: commit, files: kept, place };
}

async function commitOf(
  base: string,
  place: string,
  { signal }: FetchOptions,
): Promise<string | null> {
  let response: Response;
  try {
    response = await fetch(`${base}config.json`, { signal: signal ?? null });
  } catch (cause) {
    signal?.throwIfAborted();
    const remedy = "Check the connection, or set encoderHost to a mirror that can be reached.";
    throw new Error(`can't reach ${place}. ${remedy}`, { cause });
  }
  await response.body?.cancel();
  if (!response.ok) {
    const remedy = "Check the id and the revision; models that need a login can't be loaded.";
    throw new Error(`can't find ${place}: ${response.status} ${response.statusText}. ${remedy}`);
  }
  const commit = response.headers.get("X-Repo-Commit");
  return commit !== null && COMMIT.test(commit) ? commit : null;
}

function keep(files: EncoderFiles, base: string, cache: Pick<Cache, "match" | "put">) {
  return {
    async read(file: string) {
      const address = base + file;
      const kept = await cache.match(address);
      if (kept) return new Uint8Array(await kept.arrayBuffer());
      const bytes = await files.read(file);
      await cache.put(address, new Response(bytes)).catch(() => {}); // no room: downloaded again next time
      return bytes;
    },
  };
}
