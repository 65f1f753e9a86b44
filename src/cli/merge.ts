import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readShard } from "../core/shard/file";
import { type Merged, mergeShards } from "../core/shard/merge";
import { mergedAnswers } from "./answer-shard";
import { checkOutputs, type Command, readArgs } from "./command";
import { readingInput, UsageError } from "./errors";
import { mergedScores } from "./score-shard";
import { saveFile } from "./shards";
import { mergedTasks } from "./task-result";

/** What makes a command's result of its shards: the bytes that one run with --out writes. */
const MERGERS: Readonly<Record<string, (merged: Merged) => string>> = {
  answer: mergedAnswers,
  score: mergedScores,
  tasks: mergedTasks,
};

const help = `Puts the shards of one job together: the result is, byte for byte, that of one run with --out.

Usage: npm run steadfast -- merge FILE… --out FILE

FILE… are what --shard 1/n to n/n wrote, in any order. A shard that is missing, given twice, of another
corpus, model, setting or version, or cut short is named, and nothing is written. docs/scale.md

  --out FILE          where the result goes
`;

export const merge: Command = {
  name: "merge",
  summary: "one result from the shards of many machines",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      { out: { type: "string" } },
      { names: ["FILE", ...argv.map(() => "FILE")], atLeast: 1 },
    );
    const { out } = values;
    if (out === undefined) throw new UsageError("--out FILE is missing. See --help.");
    checkOutputs(positionals, { "--out": out });
    const files = [];
    for (const path of positionals) {
      const text = await readingInput(() => readFile(path, "utf8"));
      files.push(readShard(text, basename(path)));
    }
    const merged = mergeShards(files);
    const result = MERGERS[merged.job.command];
    if (!result) {
      throw new UsageError(`this program makes no shards of "${merged.job.command}"`);
    }
    await saveFile(out, result(merged));
  },
};
