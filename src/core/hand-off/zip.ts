import { zipSync } from "fflate";
import { handOffFiles, type HandOffSources } from "./hand-off";

/** The hand-off as one zip, in a folder of this name. Equal runs give equal bytes. @throws RangeError as `handOffFiles`. */
export async function handOffZip(sources: HandOffSources, folder: string): Promise<Uint8Array> {
  const files = await handOffFiles(sources);
  const inFolder = [...files].map(([path, bytes]) => [`${folder}/${path}`, bytes] as const);
  return zipSync(Object.fromEntries(inFolder), { mtime: new Date(1980, 0, 1) });
}
