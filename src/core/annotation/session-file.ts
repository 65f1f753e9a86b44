/** A rater's session as one file that carries its task: it can be mailed, merged and checked without anything else. */
import * as v from "valibot";
import { InputError } from "../format/input-error";
import { refuseNewer } from "../format/newer-version";
import { canonicalJson } from "./canonical-json";
import { type Digest, pairId } from "./pair";
import { foldSession, SessionEvent } from "./queue";
import { LabelTask, taskId } from "./task";

export const LABELS_FORMAT = "steadfast-labels";
export const LABELS_VERSION = 1;

export const Rater = v.strictObject({
  /** Name or pseudonym. Sessions of one name are one rater's. */
  name: v.pipe(v.string(), v.nonEmpty()),
  /** A model is shown beside people and never counted among them. */
  kind: v.picklist(["person", "model"]),
});
export type Rater = Readonly<v.InferOutput<typeof Rater>>;

const SessionFile = v.strictObject({
  format: v.literal(LABELS_FORMAT),
  version: v.literal(LABELS_VERSION),
  task: LabelTask,
  rater: Rater,
  events: v.array(SessionEvent),
  /** Digest of everything above as canonical JSON. */
  checksum: v.string(),
});

export interface Session {
  readonly task: LabelTask;
  readonly rater: Rater;
  readonly events: readonly SessionEvent[];
}

export async function writeSession(session: Session, digest: Digest): Promise<string> {
  const content = toContent(session);
  return JSON.stringify({ ...content, checksum: await digest(canonicalJson(content)) });
}

/**
 * @param file  name for messages.
 * @throws InputError saying what is wrong: no JSON, another format, a newer version, a field, a checksum that doesn't
 *         fit, a task or pair changed after it was made, or events that cannot follow one another.
 */
export async function readSession(text: string, file: string, digest: Digest): Promise<Session> {
  const { checksum, task, rater, events } = parse(text, file);
  const session = { task, rater, events };
  if ((await digest(canonicalJson(toContent(session)))) !== checksum) {
    const problem = "the checksum does not fit the content, so the file was changed or cut";
    throw new InputError({ file }, problem, "Export it again from the rater's device.");
  }
  await checkTask(task, file, digest);
  try {
    foldSession(task, events);
  } catch (error) {
    const problem = `the log of labels is broken: ${(error as Error).message}`;
    throw new InputError({ file }, problem, "Export it again from the rater's device.");
  }
  return session;
}

function toContent({ task, rater, events }: Session) {
  return { format: LABELS_FORMAT, version: LABELS_VERSION, task, rater, events };
}

function parse(text: string, file: string): v.InferOutput<typeof SessionFile> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError({ file }, `it is no JSON: ${(error as Error).message}`, EXPORTED);
  }
  const head = v.safeParse(
    v.looseObject({ format: v.literal(LABELS_FORMAT), version: v.number() }),
    json,
  );
  if (!head.success) throw new InputError({ file }, "it is no file of labels", EXPORTED);
  refuseNewer(file, head.output.version, LABELS_VERSION);
  const parsed = v.safeParse(SessionFile, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const column = v.getDotPath(issue) ?? "";
  throw new InputError({ file, column, layout: "list" }, issue.message, EXPORTED);
}

const EXPORTED = "Choose a file that was exported from labelling.";

/** @throws InputError for a task or pair changed after it was made, or an item without its pair. */
export async function checkTask(task: LabelTask, file: string, digest: Digest): Promise<void> {
  const ids = await Promise.all(task.pairs.map((pair) => pairId(pair, digest)));
  for (const [i, pair] of task.pairs.entries()) {
    if (ids[i] === pair.id) continue;
    const problem = `pair ${i + 1} (question ${pair.questionId}) was changed after the task was made`;
    throw new InputError({ file }, problem, "Use the file as it was exported.");
  }
  if ((await taskId(task, digest)) !== task.id) {
    const problem = "the task was changed after it was made";
    throw new InputError({ file }, problem, "Use the file as it was exported.");
  }
  const known = new Set(task.pairs.map(({ id }) => id));
  const stray = task.items.findIndex(({ pairId }) => !known.has(pairId));
  if (stray === -1) return;
  throw new InputError(
    { file },
    `item ${stray + 1} shows a pair that the task hasn't`,
    "Make the task anew.",
  );
}
