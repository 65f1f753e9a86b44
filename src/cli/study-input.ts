/** Reads what a study starts from. */
import { basename, dirname, join, resolve } from "node:path";
import { BUILT_IN_FILES, readBuiltIn } from "../core/corpus/built-in";
import type { Corpus } from "../core/corpus/corpus";
import { soundCorpus } from "../core/import/sound";
import { importConfig } from "../core/study/check-config";
import type { StudyConfigInput } from "../core/study/config";
import { demoFolder } from "./assets";
import { importFile } from "./import-file";
import { readText } from "./read-text";

/** @returns the settings as the file has them, checked, and the folder that its paths are relative to. */
export async function readConfig(
  path: string,
): Promise<{ input: StudyConfigInput; folder: string }> {
  return { input: importConfig(await readText(path), path), folder: dirname(path) };
}

export async function readCorpus(corpus: string, folder: string): Promise<Corpus> {
  const path = corpusPath(corpus, folder);
  return isBuiltIn(corpus)
    ? readBuiltIn(corpus, await readText(path))
    : soundCorpus(await importFile(path), basename(path));
}

/** The file that a corpus lies in, whether it comes with the app or not. */
export function corpusPath(corpus: string, folder: string): string {
  return isBuiltIn(corpus) ? join(demoFolder, BUILT_IN_FILES[corpus]!) : resolve(folder, corpus);
}

export const isBuiltIn = (corpus: string) => Object.hasOwn(BUILT_IN_FILES, corpus);
