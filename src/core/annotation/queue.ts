/** A rater's session as an append-only log: what is shown now, and how far one is, follow from the events alone. */
import * as v from "valibot";
import { quantile } from "../statistics/bootstrap";
import { type Label, LABELS, type LabelTask } from "./task";

/** A longer gap between two labels is a break, not time spent on a pair. */
export const BREAK_AFTER_MS = 2 * 60_000;
/** Time at work without a break after which one is suggested. */
export const BREAK_DUE_MS = 25 * 60_000;

const item = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Milliseconds since 1970, UTC. */
const at = v.pipe(v.number(), v.integer(), v.minValue(0));

export const SessionEvent = v.variant("kind", [
  v.strictObject({ kind: v.literal("label"), item, label: v.picklist(LABELS), at }),
  /** Takes back the last label that still stands, on whichever pair. */
  v.strictObject({ kind: v.literal("undo"), at }),
  v.strictObject({ kind: v.literal("flag"), item, flagged: v.boolean(), at }),
  /** Replaces the comment; an empty text removes it. */
  v.strictObject({ kind: v.literal("comment"), item, text: v.string(), at }),
]);
export type SessionEvent = Readonly<v.InferOutput<typeof SessionEvent>>;

export interface GivenLabel {
  readonly label: Label;
  readonly at: number;
}

export interface SessionState {
  /** By item. */
  readonly labels: ReadonlyMap<number, GivenLabel>;
  readonly flags: ReadonlySet<number>;
  readonly comments: ReadonlyMap<number, string>;
  /** Item to show; null when all are labelled. */
  readonly current: number | null;
  /** Labels that undo can take back, oldest first, each with what stood before. */
  readonly history: readonly { readonly item: number; readonly before: GivenLabel | null }[];
  /** Times from label to label, breaks left out. */
  readonly gapsMs: readonly number[];
  readonly lastLabelAt: number | null;
  /** Start of the stretch of work since the last break. */
  readonly workingSince: number | null;
}

export interface Progress {
  readonly labelled: number;
  readonly total: number;
  /** Median time a label; null before the second. */
  readonly msPerLabel: number | null;
  /** msPerLabel × items left; null before the second label. */
  readonly msLeft: number | null;
}

export const emptySession: SessionState = {
  labels: new Map(),
  flags: new Set(),
  comments: new Map(),
  current: 0,
  history: [],
  gapsMs: [],
  lastLabelAt: null,
  workingSince: null,
};

/**
 * The state after all events, in time linear in their number and the task's: unlike `applyEvent` n times, which copies
 * what there is for each, to the same result.
 *
 * @throws RangeError as `applyEvent`.
 */
export function foldSession(task: LabelTask, events: readonly SessionEvent[]): SessionState {
  const draft = draftOf(emptySession);
  for (const event of events) apply(task, draft, event);
  return finished(task, draft);
}

/**
 * The state after one more event. A label moves on to the next item without one; an undo moves back to its item.
 *
 * @throws RangeError for an item that the task hasn't, or an undo without a label.
 */
export function applyEvent(
  task: LabelTask,
  state: SessionState,
  event: SessionEvent,
): SessionState {
  const draft = draftOf(state);
  apply(task, draft, event);
  return finished(task, draft);
}

export function progressOf(task: LabelTask, { labels, gapsMs }: SessionState): Progress {
  const total = task.items.length;
  const sorted = [...gapsMs].sort((a, b) => a - b);
  const msPerLabel = sorted.length === 0 ? null : quantile(sorted, 0.5);
  const msLeft = msPerLabel === null ? null : msPerLabel * (total - labels.size);
  return { labelled: labels.size, total, msPerLabel, msLeft };
}

/** Whether to suggest a break, gently: long at work, and not resting already. */
export function isBreakDue({ workingSince, lastLabelAt }: SessionState, now: number): boolean {
  if (workingSince === null || lastLabelAt === null) return false;
  return now - workingSince >= BREAK_DUE_MS && now - lastLabelAt <= BREAK_AFTER_MS;
}

/** A state under construction, which nobody else sees. */
interface Draft {
  labels: Map<number, GivenLabel>;
  flags: Set<number>;
  comments: Map<number, string>;
  history: SessionState["history"][number][];
  gapsMs: number[];
  lastLabelAt: number | null;
  workingSince: number | null;
  /** Item that the last label is of, from which the next one follows; null where `current` is what to show. */
  labelled: number | null;
  current: number | null;
}

function draftOf(state: SessionState): Draft {
  return {
    ...state,
    labels: new Map(state.labels),
    flags: new Set(state.flags),
    comments: new Map(state.comments),
    history: [...state.history],
    gapsMs: [...state.gapsMs],
    labelled: null,
  };
}

/** The next item is looked for once, at the end: each search walks past all that is labelled. */
function finished(task: LabelTask, { labelled, ...draft }: Draft): SessionState {
  if (labelled === null) return draft;
  return { ...draft, current: nextUnlabelled(task, draft.labels, labelled) };
}

function apply(task: LabelTask, draft: Draft, event: SessionEvent): void {
  if (event.kind === "undo") return undo(draft);
  const { item } = event;
  if (item >= task.items.length) {
    throw new RangeError(`item ${item} is not in the task, which has ${task.items.length}`);
  }
  switch (event.kind) {
    case "label":
      return label(draft, event);
    case "flag":
      if (event.flagged) draft.flags.add(item);
      else draft.flags.delete(item);
      return;
    case "comment":
      if (event.text === "") draft.comments.delete(item);
      else draft.comments.set(item, event.text);
  }
}

function label(draft: Draft, { item, label, at }: Extract<SessionEvent, { kind: "label" }>): void {
  draft.history.push({ item, before: draft.labels.get(item) ?? null });
  draft.labels.set(item, { label, at });
  draft.labelled = item;
  const gap = draft.lastLabelAt === null ? null : Math.max(0, at - draft.lastLabelAt); // clocks may be set back
  if (gap === null || gap > BREAK_AFTER_MS) draft.workingSince = at;
  else draft.gapsMs.push(gap);
  draft.lastLabelAt = at;
}

function undo(draft: Draft): void {
  const last = draft.history.pop();
  if (last === undefined) throw new RangeError("there is no label to undo");
  if (last.before === null) draft.labels.delete(last.item);
  else draft.labels.set(last.item, last.before);
  draft.labelled = null;
  draft.current = last.item;
}

function nextUnlabelled(
  { items }: LabelTask,
  labels: ReadonlyMap<number, GivenLabel>,
  after: number,
): number | null {
  for (let step = 1; step <= items.length; step++) {
    const item = (after + step) % items.length;
    if (!labels.has(item)) return item;
  }
  return null;
}
