/** What a hub has of a model: its files with sizes and checksums, at one commit. */
import { type HubInfo, readHubInfo } from "../../core/models/hub-info";
import type { Target } from "../../core/models/target";
import { messageOf } from "../../core/message-of";
import { type Asked, HubError, RETRIES, type Retries, persist, request } from "./request";

export interface HubListing extends Asked, HubInfo {
  readonly name: string;
  readonly host: string;
}

/**
 * Asks a hub, huggingface.co or a mirror of it, for the files of a model.
 * @throws HubError if it can't be reached, does not have the model, or answers something else.
 */
export async function listModel(
  { name, revision }: Target & { readonly kind: "hub" },
  host: string,
  { signal, retries = RETRIES }: { readonly signal: AbortSignal; readonly retries?: Retries },
): Promise<HubListing> {
  const asked = { place: `${name} at ${host}`, revision };
  const address = at(
    host,
    `api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`,
  );
  let text = "";
  const ask = async () => {
    text = await (await request(address, asked, { signal })).text();
  };
  await persist(ask, () => 0, asked, { signal, retries });
  try {
    return { ...asked, name, host, ...readHubInfo(text) };
  } catch (error) {
    throw new HubError(
      `${asked.place}: this is no hub, or one that does not list files (${messageOf(error)}). Check the hub's address.`,
      { cause: error },
    );
  }
}

/** Where a file of the listing's commit lies. */
export function addressOf({ host, name, commit }: HubListing, file: string): string {
  return at(host, `${name}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`);
}

/** A host may have a path: "https://mirror.example/hf". */
function at(host: string, path: string): string {
  return new URL(path, host.replace(/\/*$/, "/")).href;
}
