import { InputError } from "../core/format/input-error";

/** The name that pasted text goes by: JSON if it begins like a list, else CSV. */
export function nameOfPasted(text: string): string {
  return /^\s*[[{]/.test(text) ? "pasted.json" : "pasted.csv";
}

/** @throws InputError unless the bytes are UTF-8: other encodings would turn accents and quotes into noise. */
export function decodeText(bytes: Uint8Array<ArrayBuffer>, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const remedy = 'Save it as UTF-8; in a spreadsheet program the type is called "CSV UTF-8".';
    throw new InputError({ file }, "the text is not encoded in UTF-8", remedy);
  }
}
