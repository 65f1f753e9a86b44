/** Reads what a study starts from. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BUILT_IN_FILES, readBuiltIn } from "../core/corpus/built-in";
import type { Corpus } from "../core/corpus/corpus";
import { soundCorpus } from "../core/import/sound";
import { importConfig } from "../core/study/check-config";
import type { StudyConfigInput } from "../core/study/config";
import { demoFolder } from "./assets";
import { UsageError } from "./errors";
import { importFile } from "./import-file";

/** @returns the settings as the file has them, checked, and the folder that its paths are relative to. */
export async function readConfig(
  path: string,
): Promise<{ input: StudyConfigInput; folder: string }> {
  return { input: importConfig(await readText(path), path), folder: dirname(path) };
}

export async function readCorpus(corpus: string, folder: string): Promise<Corpus> {
  if (Object.hasOwn(BUILT_IN_FILES, corpus)) {
    return readBuiltIn(corpus, await readText(join(demoFolder, BUILT_IN_FILES[corpus]!)));
  }
  const path = resolve(folder, corpus);
  return soundCorpus(await importFile(path), basename(path));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
