import { canonicalJson } from "./canonical-json";
import { foldSession, type GivenLabel } from "./queue";
import type { Rater, Session } from "./session-file";
import type { Label, LabelTask, TaskItem } from "./task";

/** A session and where it comes from: a file's name. */
export interface SourcedSession {
  readonly source: string;
  readonly session: Session;
}

export interface MergedLabel {
  readonly rater: Rater;
  /** Position in the task's items. */
  readonly item: number;
  readonly pairId: string;
  readonly role: TaskItem["role"];
  readonly label: Label;
  readonly at: number;
}

export interface MergedNote {
  readonly rater: Rater;
  readonly item: number;
  readonly pairId: string;
  readonly flagged: boolean;
  /** Comments of all the rater's sessions, each once; empty if only flagged. */
  readonly comments: readonly string[];
}

/** One rater labelled one item in two sessions: the newest label is kept. */
export interface Superseded {
  readonly kept: MergedLabel;
  readonly dropped: MergedLabel;
}

export interface Refusal {
  readonly source: string;
  readonly reason: string;
}

export interface MergedLabels {
  readonly task: LabelTask;
  /** People first, then models, each by name. */
  readonly raters: readonly Rater[];
  /** By rater, then item. */
  readonly labels: readonly MergedLabel[];
  readonly notes: readonly MergedNote[];
  readonly superseded: readonly Superseded[];
  readonly refused: readonly Refusal[];
}

/**
 * Merges any number of sessions of one task. The result does not depend on their order, and a session given twice
 * counts once. A session that another one of the same rater continues (its log begins with this log) is passed over,
 * so that what was undone later stays undone.
 *
 * Of two labels that one rater gave one item in separate sessions, the newest wins; of two at the same time, the one
 * later in the alphabet. Each is listed. Sessions of another task are refused with the reason.
 */
export function mergeSessions(task: LabelTask, sessions: readonly SourcedSession[]): MergedLabels {
  const refused = sessions.flatMap(({ source, session }) => {
    const reason = refusalOf(task, session.task);
    return reason === null ? [] : [{ source, reason }];
  });
  const accepted = sessions.map(({ session }) => session).filter((s) => s.task.id === task.id);
  const byRater = new Map<string, Session[]>();
  for (const session of accepted) {
    const key = raterKey(session.rater);
    byRater.set(key, [...(byRater.get(key) ?? []), session]);
  }
  const raters = [...byRater.values()].map(([first]) => first!.rater).sort(byKindAndName);

  const merged = raters.map((rater) => mergeRater(task, rater, byRater.get(raterKey(rater))!));
  return {
    task,
    raters,
    labels: merged.flatMap(({ labels }) => labels),
    notes: merged.flatMap(({ notes }) => notes),
    superseded: merged.flatMap(({ superseded }) => superseded),
    refused: refused.sort((a, b) => compare(canonicalJson(a), canonicalJson(b))),
  };
}

/** A rater's name for maps: a person and a model of one name are two. */
export function raterKey({ kind, name }: Rater): string {
  return `${kind} ${name}`;
}

function mergeRater(task: LabelTask, rater: Rater, sessions: readonly Session[]) {
  const states = longestLogs(sessions).map(({ events }) => foldSession(task, events));
  const labels: MergedLabel[] = [];
  const superseded: Superseded[] = [];
  const notes: MergedNote[] = [];
  for (const [item, { pairId, role }] of task.items.entries()) {
    const of = (given: GivenLabel) => ({ rater, item, pairId, role, ...given });
    const given = states.flatMap(({ labels }) => labels.get(item) ?? []).sort(newestFirst);
    const distinct = given.filter((g, i) => i === 0 || newestFirst(given[i - 1]!, g) !== 0);
    const [newest, ...older] = distinct.map(of);
    if (newest !== undefined) labels.push(newest);
    superseded.push(...older.map((dropped) => ({ kept: newest!, dropped })));

    const flagged = states.some(({ flags }) => flags.has(item));
    const comments = [...new Set(states.flatMap(({ comments }) => comments.get(item) ?? []))].sort(
      compare,
    );
    if (flagged || comments.length > 0) notes.push({ rater, item, pairId, flagged, comments });
  }
  return { labels, superseded, notes };
}

/** Logs that no other continues, each once. */
function longestLogs(sessions: readonly Session[]): Session[] {
  const logs = sessions.map((session) => ({ session, lines: session.events.map(canonicalJson) }));
  logs.sort((a, b) => b.lines.length - a.lines.length || compare(a.lines.join(), b.lines.join()));
  const kept: typeof logs = [];
  for (const log of logs) {
    const isContinued = kept.some(({ lines }) => log.lines.every((line, i) => line === lines[i]));
    if (!isContinued) kept.push(log);
  }
  return kept.map(({ session }) => session);
}

function refusalOf(task: LabelTask, other: LabelTask): string | null {
  if (other.id === task.id) return null;
  const changed = task.pairs.findIndex((pair, i) => other.pairs[i]?.id !== pair.id);
  const isSameTitle = other.title === task.title && other.pairs.length === task.pairs.length;
  if (!isSameTitle)
    return `it belongs to another task, "${other.title}"; this one is "${task.title}"`;
  if (changed === -1)
    return `it belongs to another version of "${task.title}": same pairs, other order or wording`;
  const { questionId } = task.pairs[changed]!;
  return `pair ${changed + 1} (question ${questionId}) has other texts there than in this task`;
}

function newestFirst(a: GivenLabel, b: GivenLabel): number {
  return b.at - a.at || compare(b.label, a.label);
}

function byKindAndName(a: Rater, b: Rater): number {
  if (a.kind !== b.kind) return a.kind === "person" ? -1 : 1;
  return compare(a.name, b.name);
}

/** By code unit: the same on every device, as localeCompare is not. */
function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
