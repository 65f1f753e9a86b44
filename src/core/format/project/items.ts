/** A project's items as files of an archive, and back. */
import type * as v from "valibot";
import { strFromU8, strToU8 } from "fflate";
import { type AdapterWeights, readPeft, writePeft } from "../../adapter/peft";
import { foldSession } from "../../annotation/queue";
import { checkTask } from "../../annotation/session-file";
import { requestKeyIn } from "../../chat/reply";
import { requestKey } from "../../chat/request";
import { InputError } from "../input-error";
import {
  checkpointFiles,
  type ItemFile,
  readCheckpoints,
  type RunCheckpoint,
} from "./checkpoint-files";
import {
  CorpusItem,
  DecisionsItem,
  DraftRecord,
  RepliesItem,
  RunItem,
  SettingsItem,
  TaskItem,
} from "./items-schema";
import type { ByteDigest } from "./manifest";
import { AS_EXPORTED, readRecord, writeRecord } from "./record-json";

export interface RunAdapter {
  readonly cycle: number;
  readonly role: "lora" | "ppo";
  readonly weights: AdapterWeights;
}

/** What runs carry beside their record, events, answers and report. */
export interface RunExtent {
  readonly adapters: boolean;
  readonly checkpoints: boolean;
}

export type ProjectItem =
  | { readonly kind: "settings"; readonly content: SettingsItem }
  | { readonly kind: "corpus"; readonly content: CorpusItem }
  | {
      readonly kind: "run";
      readonly content: RunItem;
      /** By cycle, then role. */
      readonly adapters: readonly RunAdapter[];
      /** By their number. */
      readonly checkpoints: readonly RunCheckpoint[];
    }
  | { readonly kind: "task"; readonly content: TaskItem }
  | { readonly kind: "decisions"; readonly content: DecisionsItem }
  | { readonly kind: "replies"; readonly content: RepliesItem }
  | { readonly kind: "draft"; readonly content: DraftRecord };
export type ItemKind = ProjectItem["kind"];

export type { ItemFile, RunCheckpoint };

const FOLDERS = {
  corpus: "corpora",
  run: "runs",
  task: "tasks",
  decisions: "decisions",
  replies: "replies",
  draft: "drafts",
} as const;

/** Where the n-th item of a kind lies: "runs/3", to which a file's name is added. */
export function itemFolder(kind: ItemKind, n: number): string {
  return kind === "settings" ? kind : `${FOLDERS[kind]}/${n}`;
}

/** Which item a path of an archive belongs to, and which of its files it is. */
export function placeOf(path: string): { kind: ItemKind; folder: string; name: string } {
  const [folder, number = ""] = path.replace(/\.json$/, "").split("/");
  const kind = (Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]).find(
    (kind) => FOLDERS[kind] === folder,
  );
  if (!kind) return { kind: "settings", folder: "settings", name: ".json" };
  const own = `${folder}/${number}`;
  return { kind, folder: own, name: path.slice(own.length) };
}

export function itemId(item: ProjectItem): string {
  switch (item.kind) {
    case "settings":
      return "settings";
    case "corpus":
      return item.content.id;
    case "run":
      return item.content.record.id;
    case "task":
      return item.content.stored.id;
    case "decisions":
      return item.content.subject;
    case "replies":
      return item.content.payer;
    case "draft":
      return item.content.draft.id;
  }
}

export function itemTitle(item: ProjectItem): string {
  switch (item.kind) {
    case "settings":
      return "Settings";
    case "corpus":
      return item.content.corpus.name;
    case "run":
      return item.content.record.name;
    case "task":
      return item.content.stored.task.title;
    case "decisions":
      return `${item.content.decisions.length} decisions on a table of labels`;
    case "replies":
      return `${item.content.replies.length} replies of ${item.content.replies[0]!.request.model}`;
    case "draft": {
      const { draft, items } = item.content;
      const what = draft.kind === "paraphrases" ? "wordings" : "rules of thumb";
      return `${items.length} ${what} by ${draft.model}`;
    }
  }
}

/** Files of an item; names as `placeOf` gives them. */
export function writeItem(item: ProjectItem): ItemFile[] {
  if (item.kind !== "run") return [{ name: ".json", bytes: writeRecord(item.content) }];
  const adapters = item.adapters.flatMap(({ cycle, role, weights }) => {
    const files = writePeft(weights);
    const folder = `/adapters/${cycle}-${role}`;
    return [
      {
        name: `${folder}/adapter_config.json`,
        bytes: strToU8(files["adapter_config.json"]),
      },
      {
        name: `${folder}/adapter_model.safetensors`,
        bytes: files["adapter_model.safetensors"],
      },
    ];
  });
  const checkpoints = item.checkpoints.flatMap(checkpointFiles);
  return [{ name: "/run.json", bytes: writeRecord(item.content) }, ...adapters, ...checkpoints];
}

/**
 * Reads the files of one item and checks it: fields, a task's hashes, sessions that can follow one another.
 *
 * @param path  of a file, for messages, by its name.
 * @throws InputError naming the file.
 */
export async function readItem(
  kind: ItemKind,
  files: readonly ItemFile[],
  path: (name: string) => string,
  digest: ByteDigest,
): Promise<ProjectItem> {
  const main = <T>(name: string, schema: v.GenericSchema<unknown, T>): T => {
    const file = files.find((other) => other.name === name);
    if (!file) throw new InputError({ file: path(name) }, "it is missing", AS_EXPORTED);
    return readRecord(file.bytes, schema, path(name));
  };
  switch (kind) {
    case "settings":
      return { kind, content: main(".json", SettingsItem) };
    case "corpus":
      return { kind, content: main(".json", CorpusItem) };
    case "decisions":
      return { kind, content: main(".json", DecisionsItem) };
    case "replies":
      return { kind, content: checkedReplies(main(".json", RepliesItem), path(".json")) };
    case "draft":
      return { kind, content: main(".json", DraftRecord) };
    case "task":
      return { kind, content: await checkedTask(main(".json", TaskItem), path(".json"), digest) };
    case "run": {
      const content = main("/run.json", RunItem);
      const [adapters, checkpoints] = [
        readAdapters(files, path),
        await readCheckpoints(files, path, digest),
      ];
      const known =
        1 + 2 * adapters.length + checkpoints.reduce((n, { chunks }) => n + 1 + chunks.length, 0);
      if (files.length !== known) {
        throw new InputError({ file: path("") }, "a file of it belongs to nothing", AS_EXPORTED);
      }
      return { kind, content, adapters, checkpoints };
    }
  }
}

async function checkedTask(item: TaskItem, file: string, digest: ByteDigest): Promise<TaskItem> {
  const { stored, sessions } = item;
  if (stored.id !== stored.task.id) {
    throw new InputError({ file }, "it has two ids", AS_EXPORTED);
  }
  await checkTask(stored.task, file, (text) => digest(strToU8(text)));
  for (const { rater, events } of sessions) {
    try {
      foldSession(stored.task, events);
    } catch (error) {
      const problem = `the log of ${rater.name} is broken: ${(error as Error).message}`;
      throw new InputError({ file }, problem, AS_EXPORTED);
    }
  }
  return item;
}

/** A reply under another request's key would be taken for that request's. */
function checkedReplies(item: RepliesItem, file: string): RepliesItem {
  const wrong = item.replies.find(({ key, request }) => requestKey(request) !== requestKeyIn(key));
  if (wrong) {
    throw new InputError({ file }, `${wrong.key} is not the key of its request`, AS_EXPORTED);
  }
  return item;
}

const ADAPTER = /^\/adapters\/(\d+)-(lora|ppo)\/adapter_config\.json$/;

function readAdapters(files: readonly ItemFile[], path: (name: string) => string): RunAdapter[] {
  const adapters = files.flatMap(({ name, bytes }): RunAdapter[] => {
    const [, cycle, role] = ADAPTER.exec(name) ?? [];
    if (cycle === undefined) return [];
    const model = name.replace("adapter_config.json", "adapter_model.safetensors");
    const tensors = files.find((other) => other.name === model);
    if (!tensors) throw new InputError({ file: path(model) }, "it is missing", AS_EXPORTED);
    try {
      const { tensors: views, ...rest } = readPeft(strFromU8(bytes), tensors.bytes);
      const own = views.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
      const weights = { ...rest, tensors: own };
      return [{ cycle: Number(cycle), role: role as RunAdapter["role"], weights }];
    } catch (error) {
      const problem = `it is no adapter: ${(error as Error).message}`;
      throw new InputError({ file: path(name) }, problem, AS_EXPORTED);
    }
  });
  return adapters.sort((a, b) => a.cycle - b.cycle || (a.role < b.role ? -1 : 1));
}
