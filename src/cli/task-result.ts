/** What `tasks` makes of a model's rows: as JSON and as a table to read; and what `merge` makes of shards. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import type { Merged } from "../core/shard/merge";
import { summariseTask, type TaskRow, type TaskSummary } from "../core/tasks/evaluate";
import { TASKS } from "../core/tasks/registry";
import type { ModelFiles } from "../engine/gpt2/load";

const Settings = v.object({
  task: v.picklist(TASKS.map(({ name }) => name)),
  seed: v.number(),
  /** SHA-256 over configuration, tokenizer and weights. */
  model: v.object({ name: v.string(), sha256: v.string() }),
  adapter: v.nullable(v.object({ name: v.string(), sha256: v.string() })),
});
export type TaskSettings = v.InferOutput<typeof Settings>;

const Row = v.object({
  id: v.union([v.string(), v.number()]),
  values: v.record(v.string(), v.nullable(v.number())),
  reason: v.nullable(v.string()),
});

export interface TaskResult extends Omit<TaskSettings, "seed"> {
  readonly questions: number;
  readonly measures: Readonly<
    Record<string, Omit<TaskSummary, "name" | "value"> & { readonly mean: number | null }>
  >;
  readonly rows: readonly TaskRow[];
}

export function taskResult(rows: readonly TaskRow[], settings: TaskSettings): TaskResult {
  const { seed, ...named } = settings;
  const task = TASKS.find(({ name }) => name === settings.task)!;
  const measures = summariseTask(task, rows, seed).map(
    ({ name, title, value: mean, interval, n, reason }) =>
      [name, { title, mean, interval, n, reason }] as const,
  );
  return { ...named, questions: rows.length, measures: Object.fromEntries(measures), rows };
}

export const taskJson = (result: TaskResult) => `${JSON.stringify(result)}\n`;

/** The means, a line a measure. */
export function taskTable(result: TaskResult): string {
  const { task, model, adapter, measures, questions, rows } = result;
  const { title } = TASKS.find(({ name }) => name === task)!;
  const with_ = adapter === null ? "" : ` with ${adapter.name}`;
  const lines = Object.values(measures).map(({ title, mean, interval, n, reason }) => {
    const range = interval ? ` [${interval.map(figure).join(", ")}]` : "";
    return `${title.padEnd(30)}${figure(mean)}${range}${reason === null ? `, ${n} questions` : `  ${reason}`}`;
  });
  const reasons = [...new Set(rows.flatMap(({ reason }) => reason ?? []))];
  const leftOut = reasons.map(
    (reason) => `left out, ${reason}: ${rows.filter((row) => row.reason === reason).length}`,
  );
  return [`${title}, ${model.name}${with_}, ${questions} questions`, ...lines, ...leftOut, ""].join(
    "\n",
  );
}

/** The JSON that one run over the whole file writes. */
export function mergedTasks({ job, results }: Merged): string {
  const rows = results.map((result) => v.parse(Row, result));
  return taskJson(taskResult(rows, v.parse(Settings, job.settings)));
}

const MODEL_FILE =
  /^(?:config|tokenizer|tokenizer_config|vocab)\.json$|^merges\.txt$|\.safetensors(?:\.index\.json)?$/;
const WITHOUT_NAMES = ["config.json", "tokenizer.json", "model.safetensors"];

/** Of everything that the model's figures depend on. */
export async function modelChecksum(files: ModelFiles): Promise<string> {
  const names = [...(files.names ?? WITHOUT_NAMES)].filter((name) => MODEL_FILE.test(name)).sort();
  const hash = createHash("sha256");
  for (const name of names) {
    hash.update(`${name}\0`);
    if (files.stream) for await (const piece of files.stream(name)) hash.update(piece);
    else hash.update(await files.read(name));
  }
  return hash.digest("hex");
}

export async function adapterIdentity(folder: string): Promise<TaskSettings["adapter"]> {
  const hash = createHash("sha256");
  for (const file of ["adapter_config.json", "adapter_model.safetensors"]) {
    hash.update(await readFile(join(folder, file)));
  }
  return { name: basename(folder), sha256: hash.digest("hex") };
}

const figure = (x: number | null) => (x === null ? "–" : x.toFixed(4));
