/**
 * The models that are kept in this browser. Their files lie in its private file system (storage/model-files): a row
 * gets its `origin` only once every file is written, flushed and checked. They are no part of a backup: they can be loaded again.
 */
import type { ModelKind } from "../core/models/onnx-layout";
import type { ModelOrigin } from "../core/models/origin";
import type { Database } from "./db";
import { removeAllModels } from "./model-files";
import { write } from "./write";

export interface ModelRow {
  /** The target that a study's settings name it by: "hub:owner/name@commit". */
  readonly id: string;
  /** "openai-community/gpt2", or the folder's name. */
  readonly name: string;
  /** Absent for a GPT-2 that was kept when there was nothing else. */
  readonly kind?: ModelKind;
  /** Of a LoRA adapter, the target that it goes on; absent for a whole model. */
  readonly base?: string;
  /** The hub's address; null for files of this computer. */
  readonly host: string | null;
  /** Of all its files together, once they are here. */
  readonly bytes: number;
  /** The text of its config.json, which says how large it is. */
  readonly config: string;
  /** Null as long as files are missing. */
  readonly origin: ModelOrigin | null;
  /** ms since the epoch. */
  readonly at: number;
}

/** Adds the row, or replaces it. */
export async function putModel(db: Database, row: ModelRow): Promise<void> {
  await write(db, ["models"], (tx) => tx.objectStore("models").put(row), row);
}

/** Newest first. */
export async function listModels(db: Database): Promise<ModelRow[]> {
  const rows = await db.getAll("models");
  return rows.sort((a, b) => b.at - a.at);
}

export async function getModel(db: Database, id: string): Promise<ModelRow | null> {
  return (await db.get("models", id)) ?? null;
}

/** Its files are deleted by themselves, after the row: a row never names files that are gone. */
export async function deleteModel(db: Database, id: string): Promise<void> {
  await write(db, ["models"], (tx) => tx.objectStore("models").delete(id));
}

/** All models, with their files and what downloads that broke off left. */
export async function deleteAllModels(db: Database): Promise<void> {
  await write(db, ["models"], (tx) => tx.objectStore("models").clear());
  await removeAllModels();
}
