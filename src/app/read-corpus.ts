import type { Corpus } from "../core/corpus/corpus";
import { importDemoQuestions } from "../core/corpus/demo-questions";
import { importMcc } from "../core/corpus/mcc";
import { InputError } from "../core/format/input-error";

/**
 * Reads a corpus by the ending of its file's name: .csv as the Moral Consistency Corpus, .json as the demo's questions.
 * @throws InputError naming file, row and column.
 */
export function readCorpus(text: string, file: string): Corpus {
  const recordedModel = `recorded in ${file}`;
  if (/\.json$/i.test(file)) return importDemoQuestions(text, file, recordedModel);
  if (/\.csv$/i.test(file)) return importMcc(text, file, recordedModel);
  throw new InputError({ file }, "this is no corpus", "Choose a .csv or a .json file.");
}

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
