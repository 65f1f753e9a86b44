import { readFile } from "node:fs/promises";
import { messageOf } from "../core/message-of";
import { UsageError } from "./errors";

/**
 * A file's text, without a byte order mark.
 * @throws UsageError naming the file if it can't be read or is not UTF-8.
 */
export async function readText(path: string): Promise<string> {
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${messageOf(error)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(
      `${path} is not UTF-8. Save it as UTF-8 (in spreadsheets: "CSV UTF-8") and try again.`,
      { cause: error },
    );
  }
}
