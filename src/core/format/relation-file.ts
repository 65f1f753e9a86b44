/** Several models' accuracy and consistency as a file: what `steadfast relate --out` writes and the compare page opens. */
import * as v from "valibot";
import type { RelatedModel } from "../tasks/relate";
import { InputError } from "./input-error";

const RELATION_FORMAT = "steadfast-relation";
const RELATION_VERSION = 1;

/** Its r is not in it: whoever reads it computes it. */
export interface RelationFile {
  /** Name of the task that the accuracy is of. */
  readonly task: string;
  /** By which the consistency was scored. */
  readonly encoder: string;
  readonly models: readonly RelatedModel[];
}

const figure = v.pipe(v.number(), v.finite());
const File = v.object({
  format: v.literal(RELATION_FORMAT),
  version: v.literal(RELATION_VERSION),
  task: v.string(),
  encoder: v.string(),
  models: v.array(v.object({ name: v.string(), accuracy: figure, consistency: figure })),
});

export function writeRelation({ task, encoder, models }: RelationFile): string {
  const head = { format: RELATION_FORMAT, version: RELATION_VERSION };
  return `${JSON.stringify({ ...head, task, encoder, models }, null, 2)}\n`;
}

/** @throws InputError naming the file if it is none, or of a newer version. */
export function readRelation(text: string, file: string): RelationFile {
  const remedy = "Open a file that `steadfast relate --out` wrote.";
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new InputError({ file }, "it is not JSON", remedy);
  }
  const parsed = v.safeParse(File, content);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? "the whole";
  throw new InputError({ file }, `${place} is not as version ${RELATION_VERSION} has it`, remedy);
}
