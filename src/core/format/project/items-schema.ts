/** What a project is made of, item by item, as its archive holds it. The shapes are those of the storage's rows. */
import * as v from "valibot";
import { SessionEvent } from "../../annotation/queue";
import { Rater } from "../../annotation/session-file";
import { LABELS, LabelTask } from "../../annotation/task";
import { FOUNDATIONS } from "../../corpus/corpus";
import type { CorpusOrigin } from "../../import/origin";
import type { Json } from "../../import/record";
import { DRAFT_KINDS, draftId } from "../../review/draft";
import { ROLES } from "../../import/roles";
import type { StudyConfig } from "../../study/config";
import { answerSet, config, id, studyEvent, studyReport } from "./events-schema";

/** Read-only all the way down, except for what is typed by its own schema. */
type Kept<T> = T extends StudyConfig | LabelTask | CorpusOrigin
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Kept<T[K]> }
    : T;

const time = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const key = v.pipe(v.string(), v.nonEmpty());
const texts = v.array(v.string());

const question = v.pipe(
  v.strictObject({
    id,
    text: v.string(),
    topic: v.nullable(v.string()),
    paraphrases: texts,
    recorded: v.nullable(
      v.array(v.strictObject({ text: v.string(), rot: v.nullable(v.string()) })),
    ),
    foundations: v.exactOptional(v.array(v.picklist(FOUNDATIONS))),
    choices: v.exactOptional(
      v.strictObject({ texts, right: v.array(count), best: v.nullable(count) }),
    ),
  }),
  v.check(
    ({ paraphrases, recorded }) => recorded === null || recorded.length === paraphrases.length,
    "there must be one recorded answer a paraphrase",
  ),
);

/** What JSON can hold; records of a project are read from JSON. */
const json = v.custom<Json>((value) => value !== undefined);

const origin = v.strictObject({
  format: v.string(),
  container: v.picklist(["csv", "json", "jsonl", "lines", "parquet"]),
  columns: texts,
  mapped: v.nullable(
    v.strictObject({
      roles: v.record(v.string(), v.picklist(ROLES)),
      layout: v.picklist(["long", "wide", "list"]),
    }),
  ),
  kept: v.array(v.strictObject({ column: v.string(), values: v.array(json) })),
  fingerprint: v.string(),
}) satisfies v.GenericSchema<unknown, CorpusOrigin> as v.GenericSchema<unknown, CorpusOrigin>;

export const CorpusItem = v.strictObject({
  id: key,
  importedAt: time,
  source: v.string(),
  corpus: v.strictObject({
    name: v.string(),
    questions: v.pipe(v.array(question), v.nonEmpty()),
    recordedModel: v.nullable(v.string()),
    origin: v.exactOptional(origin),
  }),
});
export type CorpusItem = Kept<v.InferOutput<typeof CorpusItem>>;

const answer = v.strictObject({
  questionId: id,
  paraphrase: count,
  text: v.string(),
  ruleOfThumb: v.nullable(v.string()),
});

/** A run without its adapters, which are files of their own. */
export const RunItem = v.strictObject({
  record: v.strictObject({
    id: key,
    name: v.string(),
    createdAt: time,
    endedAt: v.nullable(time),
    status: v.picklist(["running", "paused", "done", "cancelled", "failed", "interrupted"]),
    message: v.nullable(v.string()),
    config,
    corpusId: v.string(),
    corpusName: v.string(),
    backend: v.nullable(v.string()),
    tag: v.exactOptional(v.string()),
    note: v.exactOptional(v.string()),
    pinned: v.exactOptional(v.literal(true)),
  }),
  events: v.array(v.strictObject({ at: time, events: v.array(studyEvent) })),
  answers: v.array(v.strictObject({ ...answerSet.entries, answers: v.array(answer) })),
  report: v.nullable(studyReport),
});
export type RunItem = Kept<v.InferOutput<typeof RunItem>>;

const decision = v.strictObject({
  pairId: v.string(),
  label: v.nullable(v.picklist(LABELS)),
  by: v.string(),
  at: time,
  comment: v.string(),
});

export const TaskItem = v.strictObject({
  stored: v.strictObject({
    id: key,
    createdAt: time,
    source: v.variant("kind", [
      v.strictObject({
        kind: v.literal("run"),
        runId: v.string(),
        set: answerSet,
        against: v.exactOptional(answerSet),
      }),
      v.strictObject({ kind: v.literal("corpus"), corpusId: v.string(), name: v.string() }),
      v.strictObject({ kind: v.literal("file"), name: v.string() }),
    ]),
    task: LabelTask,
  }),
  sessions: v.array(v.strictObject({ rater: Rater, part: count, events: v.array(SessionEvent) })),
  decisions: v.array(decision),
});
export type TaskItem = Kept<v.InferOutput<typeof TaskItem>>;

/** Decisions on a table of labels that came as a file and is no task here. */
export const DecisionsItem = v.strictObject({ subject: key, decisions: v.array(decision) });
export type DecisionsItem = Kept<v.InferOutput<typeof DecisionsItem>>;

const reply = v.strictObject({
  key,
  request: v.strictObject({
    baseUrl: v.string(),
    model: v.string(),
    messages: v.array(v.strictObject({ role: v.literal("user"), content: v.string() })),
    parameters: v.record(v.string(), v.number()),
    sample: count,
  }),
  text: v.string(),
  usage: v.nullable(v.strictObject({ promptTokens: count, completionTokens: count })),
  response: v.string(),
  at: time,
  payer: v.string(),
});

/** Replies of an API that were paid for by one run or task. */
export const RepliesItem = v.pipe(
  v.strictObject({ payer: key, replies: v.pipe(v.array(reply), v.nonEmpty()) }),
  v.check(
    ({ payer, replies }) => replies.every((reply) => reply.payer === payer),
    "a reply was paid for by another",
  ),
);
export type RepliesItem = Kept<v.InferOutput<typeof RepliesItem>>;

const draftItem = v.strictObject({
  draftId: key,
  position: count,
  questionId: id,
  question: v.string(),
  answer: v.nullable(v.strictObject({ text: v.string(), paraphrase: count })),
  text: v.string(),
  edited: v.nullable(v.string()),
  reason: v.nullable(v.string()),
  similarity: v.nullable(v.number()),
  score: v.nullable(v.number()),
  decision: v.nullable(v.picklist(["keep", "drop"])),
});

/** Texts that a model made, with what was decided of them so far. */
export const DraftRecord = v.pipe(
  v.strictObject({
    draft: v.strictObject({
      id: key,
      kind: v.picklist(DRAFT_KINDS),
      corpusId: key,
      model: v.string(),
      encoder: v.nullable(v.strictObject({ name: v.string(), revision: v.string() })),
      at: time,
    }),
    items: v.pipe(v.array(draftItem), v.nonEmpty()),
  }),
  v.check(
    ({ draft }) => draft.id === draftId(draft.kind, draft.corpusId),
    "its id is not that of its kind and corpus",
  ),
  v.check(
    ({ draft, items }) =>
      items.every(({ draftId, position }, i) => draftId === draft.id && position === i),
    "its texts are of another draft, or not in their order",
  ),
  v.check(
    ({ draft, items }) =>
      items.every(({ answer }) => (answer !== null) === (draft.kind === "rots")),
    "a rule of thumb has an answer, and a wording none",
  ),
);
export type DraftRecord = Kept<v.InferOutput<typeof DraftRecord>>;

const setting = v.exactOptional(v.pipe(v.string(), v.maxLength(1_000_000)));

/** As this device keeps them, text for text; what reads them passes over what it does not know. No key is among them. */
export const SettingsItem = v.strictObject({
  setup: setting,
  theme: setting,
  labelKeys: setting,
});
export type SettingsItem = Kept<v.InferOutput<typeof SettingsItem>>;
