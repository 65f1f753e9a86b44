/** JSON with a hash of itself: what is cut or changed reads as not there. */
import { readFile } from "node:fs/promises";
import { strToU8 } from "fflate";
import { isMissing } from "./errors";
import { sha256 } from "./sha256";
import { writeWhole } from "./whole-file";

/** Two lines: the SHA-256 of the second, and the value. @param part  as of `writeWhole`. */
export async function writeSealed(path: string, value: unknown, part: string): Promise<void> {
  const text = JSON.stringify(value);
  await writeWhole(path, `${await sha256(strToU8(text))}\n${text}\n`, part);
}

/** What `writeSealed` wrote; null if there is no such file, or if it does not fit its hash. */
export async function readSealed<T>(path: string): Promise<T | null> {
  try {
    const [hash, text] = (await readFile(path, "utf8")).split("\n");
    if (text === undefined || (await sha256(strToU8(text))) !== hash) return null;
    return JSON.parse(text) as T;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
