import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { writeRelation } from "../core/format/relation-file";
import { relate, type RelatedModel } from "../core/tasks/relate";
import { TASKS } from "../core/tasks/registry";
import { type Command, readArgs, wholeNumber } from "./command";
import { readingInput, UsageError } from "./errors";
import { saveFile } from "./shards";

const help = `Holds models' accuracy on a task against their consistency: Pearson's r over models, with its interval.

Usage: npm run steadfast -- relate NAME=SCORES.json,TASKS.json … [options]

A word a model: its name, what \`score --out\` wrote of its answers, and what \`tasks --out\` wrote of it.
All must be of one encoder and one task; r needs 4 models.

  --seed N            of the bootstrap interval (1)
  --out FILE          write the models for the compare page, which draws them
  --json              print {"task", "encoder", "models": [{"name", "accuracy", "consistency"}],
                      "r", "interval", "n", "reason"}
`;

const figure = v.nullable(v.number());
const Scores = v.object({
  mean: figure,
  encoder: v.nullable(v.object({ name: v.string(), revision: v.string() })),
});
const Tasks = v.object({
  task: v.string(),
  measures: v.record(v.string(), v.object({ mean: figure })),
});

interface Read {
  readonly model: RelatedModel;
  readonly task: string;
  readonly encoder: string;
}

export const relateCommand: Command = {
  name: "relate",
  summary: "accuracy against consistency over several models",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        seed: { type: "string", default: "1" },
        out: { type: "string" },
        json: { type: "boolean", default: false },
      },
      { names: ["NAME=SCORES.json,TASKS.json", ...argv.map(() => "a model")], atLeast: 1 },
    );
    const seed = wholeNumber("--seed", values.seed);
    const found: Read[] = [];
    for (const word of positionals) found.push(await readModel(word));
    const { task, encoder } = found[0]!;
    const odd = found.find((other) => other.task !== task || other.encoder !== encoder);
    if (odd) {
      throw new UsageError(
        `${odd.model.name} has ${odd.task} and the encoder ${odd.encoder}, the first has ${task} and ${encoder}: figures of different tasks or encoders do not compare`,
      );
    }
    const models = found.map(({ model }) => model);
    const result = { task, encoder, models, ...relate(models, seed) };
    if (values.out !== undefined) await saveFile(values.out, writeRelation(result));
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : tableOf(result));
  },
};

/** @throws UsageError naming the file that is none of the two, or lacks its figure. */
async function readModel(word: string): Promise<Read> {
  const [, name, scoresPath, tasksPath] = /^([^=]+)=([^,]+),([^,]+)$/.exec(word) ?? [];
  if (name === undefined) {
    throw new UsageError(`a model is NAME=SCORES.json,TASKS.json, got "${word}"`);
  }
  const scores = await readJson(scoresPath!, Scores, "score --out");
  const tasks = await readJson(tasksPath!, Tasks, "tasks --out");
  const task = TASKS.find((known) => known.name === tasks.task);
  const measure = task?.accuracy ?? null;
  if (measure === null) {
    throw new UsageError(`${tasksPath}: the task ${tasks.task} has no accuracy`);
  }
  const accuracy = tasks.measures[measure]?.mean ?? null;
  const { mean: consistency, encoder } = scores;
  if (accuracy === null) throw new UsageError(`${tasksPath} has no ${measure}: it is null there`);
  if (consistency === null)
    throw new UsageError(`${scoresPath} has no mean SaGE: it is null there`);
  return {
    model: { name, accuracy, consistency },
    task: tasks.task,
    encoder: encoder === null ? "none" : `${encoder.name} ${encoder.revision}`,
  };
}

async function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  writer: string,
): Promise<v.InferOutput<Schema>> {
  const content = await readingInput(
    async () => JSON.parse(await readFile(path, "utf8")) as unknown,
  );
  const parsed = v.safeParse(schema, content);
  if (parsed.success) return parsed.output;
  throw new UsageError(`${path} is not what \`${writer}\` writes`);
}

function tableOf({
  models,
  task,
  r,
  interval,
  n,
  reason,
}: ReturnType<typeof relate> & { models: readonly RelatedModel[]; task: string }): string {
  const width = Math.max(5, ...models.map(({ name }) => name.length));
  const lines = models.map(
    ({ name, accuracy, consistency }) =>
      `${name.padEnd(width)}  ${accuracy.toFixed(4).padStart(8)}  ${consistency.toFixed(4).padStart(8)}`,
  );
  const range = interval && ` [${interval.map((x) => x.toFixed(3)).join(", ")}]`;
  return [
    `${"model".padEnd(width)}  accuracy      SaGE`,
    ...lines,
    r === null ? `no r: ${reason}` : `r ${r.toFixed(3)}${range}, ${task}, ${n} models`,
    "",
  ].join("\n");
}
