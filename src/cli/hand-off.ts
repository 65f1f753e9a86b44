import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { version } from "../../package.json";
import type { StudyReport } from "../core/format/report";
import { handOffFiles } from "../core/hand-off/hand-off";
import { type Command, readArgs } from "./command";
import { UsageError, isMissing, readingInput } from "./errors";
import { sha256 } from "./sha256";
import { REPORT, StudyFolder } from "./study-folder";
import { readCorpus } from "./study-input";
import { hashOf } from "./study-start";

const help = `Writes a finished study as a folder that goes on with TRL on other machines.

Usage: npm run steadfast -- hand-off STUDY --out DIR

  STUDY      the folder of a finished study (--out of the command study)
  --out DIR  a folder that is new or empty. README.md in it says how to go on: data as JSONL (SFT, DPO, GRPO, held-out
             questions), the adapter in PEFT's format, reward.py, train_dpo.py and train_grpo.py for accelerate launch,
             and check.py, which computes our numbers again with torch
`;

export const handOff: Command = {
  name: "hand-off",
  summary: "a study as a folder that goes on with TRL",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      { out: { type: "string" } },
      { names: ["STUDY"] },
    );
    const [folder] = positionals as [string];
    const { out } = values;
    if (out === undefined) throw new UsageError("--out DIR is missing. See --help.");
    if (existsSync(out) && readdirSync(out).length > 0) {
      throw new UsageError(`${out} is not empty; name a folder that is new or empty`);
    }
    const report = await finishedReport(folder);
    const files = await readingInput(async () =>
      handOffFiles({
        ...{ steadfast: version, report, digest: sha256 },
        corpus: await corpusOf(folder, report),
        answersOf: (set) => StudyFolder.answersIn(folder, set),
        adapterOf: (cycle, role) => StudyFolder.adapterIn(folder, cycle, role),
      }),
    );
    await readingInput(() => mkdir(out, { recursive: true }));
    for (const [path, bytes] of files) {
      await mkdir(join(out, dirname(path)), { recursive: true });
      await writeFile(join(out, path), bytes);
    }
    process.stdout.write(`${out}\n`);
  },
};

async function finishedReport(folder: string): Promise<StudyReport> {
  try {
    return JSON.parse(await readFile(join(folder, REPORT), "utf8")) as StudyReport;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UsageError(
      `${folder} holds no finished study: there is no ${REPORT}. Name the --out of a study, or go on with it first (study --resume)`,
    );
  }
}

async function corpusOf(folder: string, { config }: StudyReport) {
  const origin = await StudyFolder.originOf(folder);
  if (origin === null) {
    throw new UsageError(
      `${folder} lacks checkpoints/study.json, which says where its corpus is; a study that was moved needs its checkpoints`,
    );
  }
  const corpus = await readCorpus(config.corpus, origin.folder);
  if ((await hashOf(corpus)) === origin.corpus) return corpus;
  throw new UsageError(
    `the corpus ${config.corpus} has changed since the study in ${folder} began. Put the old one back.`,
  );
}
