/** A task as a file of its own: what a rater elsewhere starts from. It names no model. */
import * as v from "valibot";
import { InputError } from "../format/input-error";
import { refuseNewer } from "../format/newer-version";
import type { Digest } from "./pair";
import { checkTask, LABELS_FORMAT, readSession, type Session } from "./session-file";
import { LabelTask } from "./task";

export const TASK_FORMAT = "steadfast-task";
export const TASK_VERSION = 1;

const TaskFile = v.strictObject({
  format: v.literal(TASK_FORMAT),
  version: v.literal(TASK_VERSION),
  task: LabelTask,
});

/** The task's id is the hash of its content, so the file needs no other checksum. */
export function writeTask(task: LabelTask): string {
  return JSON.stringify({ format: TASK_FORMAT, version: TASK_VERSION, task });
}

export type LabelFile =
  | { readonly kind: "task"; readonly task: LabelTask }
  | { readonly kind: "session"; readonly session: Session };

/**
 * Reads a task's file, or a session's (which carries its task).
 *
 * @param file  name for messages.
 * @throws InputError saying what is wrong: no JSON, another format, a newer version, a field, or a task or pair that
 *         was changed after it was made; for a session as `readSession`.
 */
export async function readLabelFile(
  text: string,
  file: string,
  digest: Digest,
): Promise<LabelFile> {
  const { format, version, json } = readHead(text, file);
  if (format === LABELS_FORMAT) {
    return { kind: "session", session: await readSession(text, file, digest) };
  }
  if (format !== TASK_FORMAT) {
    throw new InputError({ file }, "it is no labelling task and no rater's labels", MADE_HERE);
  }
  if (typeof version === "number") refuseNewer(file, version, TASK_VERSION);
  const parsed = v.safeParse(TaskFile, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const column = v.getDotPath(issue) ?? "";
    throw new InputError({ file, column, layout: "list" }, issue.message, MADE_HERE);
  }
  const { task } = parsed.output;
  await checkTask(task, file, digest);
  return { kind: "task", task };
}

const MADE_HERE = "Choose a file that was exported on the Label page.";

function readHead(text: string, file: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError({ file }, `it is no JSON: ${(error as Error).message}`, MADE_HERE);
  }
  const head = v.safeParse(v.looseObject({ format: v.unknown(), version: v.unknown() }), json);
  return { ...(head.success ? head.output : { format: null, version: null }), json };
}
