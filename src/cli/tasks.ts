import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Question } from "../core/corpus/corpus";
import { TASKS, taskOf } from "../core/tasks/registry";
import { takeTask, type TaskRow } from "../core/tasks/evaluate";
import { WHOLE } from "../core/shard/shard";
import { scoringNeeds } from "../engine/out-of-memory";
import { loadPolicy } from "../engine/policy";
import { SCORED_AT_ONCE } from "../engine/training/continuations";
import { whileAsked } from "../engine/while-asked";
import { readAdapter } from "./adapter-folder";
import { BACKEND_HELP, BACKEND_OPTION, startNamed } from "./backend";
import { type Command, readArgs, wholeNumber } from "./command";
import { readingInput, UsageError } from "./errors";
import { importFile } from "./import-file";
import { interruptible } from "./interrupt";
import { progressLine } from "./progress-line";
import { jobOf, saveFile, saveShard, SHARD_HELP, shardOption, takeShard } from "./shards";
import { TARGET_HELP, openModel } from "./target";
import {
  adapterIdentity,
  modelChecksum,
  taskJson,
  taskResult,
  taskTable,
  type TaskSettings,
} from "./task-result";

const titles = TASKS.map(({ title }) => title).join(", ");

const help = `Lets a model take a benchmark by the log-probabilities it gives to answers: accuracy beside consistency.

Usage: npm run steadfast -- tasks FILE --model MODEL [options]

FILE is one of ${titles}, as published; docs/measures.md tells how each is scored.

  --model MODEL        ${TARGET_HELP}
  --adapter DIR        a LoRA adapter in PEFT's format on top of it
  --limit N            only the first N questions
  --seed N             of the bootstrap intervals (1)
  --backend NAME       ${BACKEND_HELP}
${SHARD_HELP}
  --json               print {"task", "model", "questions", "measures": {NAME: {"mean", "interval", "n",
                       "reason"}}, "rows": [{"id", "values": {NAME: NUMBER}, "reason"}]}
`;

export const tasks: Command = {
  name: "tasks",
  summary: "a model's accuracy on TruthfulQA, HellaSwag, MoralChoice, ValueConsistency",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        model: { type: "string" },
        adapter: { type: "string" },
        limit: { type: "string" },
        seed: { type: "string", default: "1" },
        backend: BACKEND_OPTION,
        shard: { type: "string" },
        out: { type: "string" },
        json: { type: "boolean", default: false },
      },
      { names: ["FILE"] },
    );
    const [path] = positionals as [string];
    const { model, out, json } = values;
    if (model === undefined) throw new UsageError("--model MODEL is missing. See --help.");
    const shard = await shardOption(values.shard, out);
    if (shard !== null && json)
      throw new UsageError("--json is of all questions: leave it out with --shard");
    const seed = wholeNumber("--seed", values.seed);
    const limit = values.limit === undefined ? Infinity : wholeNumber("--limit", values.limit);
    if (limit === 0) throw new UsageError("--limit must be 1 or more");
    const { task, corpus, questions } = await readTask(path, limit);
    const files = await openModel(model);
    const adapter = values.adapter === undefined ? null : await readAdapter(values.adapter);
    const settings: TaskSettings = {
      ...{ task: task.name, seed },
      model: { name: basename(files.name), sha256: await modelChecksum(files) },
      adapter: values.adapter === undefined ? null : await adapterIdentity(values.adapter),
    };

    await startNamed(values.backend);
    const policy = await readingInput(() => loadPolicy(files));
    try {
      if (adapter) await readingInput(() => policy.useAdapter(adapter));
      const part = takeShard(questions, shard ?? WHOLE);
      const line = progressLine("asking");
      const asked = part.map(({ item }) => item);
      const rows = await whileAsked(
        policy,
        (signal) => takeTask(task, asked, policy, { signal, onProgress: line.update }),
        {
          signal: interruptible("nothing kept"),
          needs: ({ config }) => scoringNeeds(config, SCORED_AT_ONCE),
        },
      ).finally(() => line.end());
      if (shard === null) return await finish(rows, settings, out, json);
      const job = jobOf("tasks", corpus, questions.length, settings);
      const results = part.map(({ position }, i) => ({ position, result: rows[i]! }));
      await saveShard(out!, job, shard, results);
    } finally {
      policy.dispose();
    }
  },
};

async function finish(
  rows: readonly TaskRow[],
  settings: TaskSettings,
  out: string | undefined,
  json: boolean,
): Promise<void> {
  const result = taskResult(rows, settings);
  if (out !== undefined) await saveFile(out, taskJson(result));
  if (json) process.stdout.write(taskJson(result));
  else if (out === undefined) process.stdout.write(taskTable(result));
}

/** @throws UsageError unless every row of the file is one of a task. */
async function readTask(path: string, limit: number) {
  const { format, corpus, rejected, problem } = await importFile(path);
  const task = taskOf(format);
  if (problem !== null) throw new UsageError(`${path}: ${problem}`);
  if (task === null) {
    throw new UsageError(`${path} is read as "${format}", which is no task: name ${titles}`);
  }
  const [bad] = rejected;
  if (bad) {
    throw new UsageError(
      `${path}, row ${bad.row}: ${bad.reason} \`import ${path} --skip-bad --out FILE\` writes the good rows.`,
    );
  }
  const questions: readonly Question[] = corpus.questions.slice(0, limit);
  return { task, questions, corpus: await readFile(path) };
}
