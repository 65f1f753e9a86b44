import { tableOf } from "../core/annotation/label-table";
import { exportLabels, importLabels } from "../core/annotation/labels-csv";
import { mergeSessions } from "../core/annotation/merge";
import type { AnswerPair } from "../core/annotation/pair";
import { foldSession } from "../core/annotation/queue";
import { type Rater, writeSession } from "../core/annotation/session-file";
import { type Label, type LabelTask, type TaskSettings, makeTask } from "../core/annotation/task";
import { readLabelFile } from "../core/annotation/task-file";
import { InputError } from "../core/format/input-error";
import { messageOf } from "../core/message-of";
import type { Database } from "../storage/db";
import { importSession, sessionEventsOf, sessionsOf } from "../storage/sessions";
import {
  type RemovedTask,
  type StoredTask,
  type TaskSource,
  deleteTask,
  getTask,
  listTasks,
  putTask,
  restoreTask,
} from "../storage/tasks";
import type { NamedText } from "./corpora.svelte";
import { sha256 } from "./digest";
import { type PeopleSummary, peopleOfRun } from "./people-summary";
import { decodeText } from "./read-corpus";
import { withSession } from "./session-lock";
import type { Locks } from "./writer-lock";

export type { StoredTask, TaskSource };

export interface RaterProgress {
  readonly rater: Rater;
  readonly labelled: number;
  readonly total: number;
  readonly flagged: number;
  readonly lastLabelAt: number | null;
}

export interface TaskSummary {
  readonly stored: StoredTask;
  readonly raters: readonly RaterProgress[];
}

/** What a file brought in. */
export interface ImportedFile {
  readonly taskId: string;
  readonly message: string;
}

/** The labelling tasks of this browser, and what raters have done in them. */
export class TasksState {
  loaded = $state.raw(false);
  /** Newest first. */
  list = $state.raw<readonly TaskSummary[]>([]);
  /** The task deleted last, as long as that can be undone. */
  removed = $state.raw<RemovedTask | null>(null);
  /** What was wrong with the files of the last import, one a file. */
  problems = $state.raw<readonly string[]>([]);
  /** What the last import brought in, one sentence a file. */
  imported = $state.raw<readonly ImportedFile[]>([]);

  readonly #db: Database;
  readonly #locks: Locks;

  constructor(db: Database, locks: Locks) {
    this.#db = db;
    this.#locks = locks;
  }

  /** Reads the list anew: raters label in this tab and in others. */
  async load(): Promise<void> {
    const tasks = await listTasks(this.#db);
    this.list = await Promise.all(tasks.map((stored) => this.#summarise(stored)));
    this.loaded = true;
  }

  find(id: string): TaskSummary | null {
    return this.list.find(({ stored }) => stored.id === id) ?? null;
  }

  /**
   * Makes a task and stores it.
   * @throws RangeError for settings that make none, such as a pair given twice.
   */
  async make(
    pairs: readonly AnswerPair[],
    settings: TaskSettings,
    source: TaskSource,
  ): Promise<StoredTask> {
    const stored = await this.#store(await makeTask(pairs, settings, sha256), source);
    await this.load();
    return stored;
  }

  /** Imports tasks and raters' sessions, each file whole or not at all. */
  async importFiles(files: readonly File[]): Promise<void> {
    const imported: ImportedFile[] = [];
    const problems: string[] = [];
    for (const file of files) {
      try {
        const text = decodeText(new Uint8Array(await file.arrayBuffer()), file.name);
        imported.push(await this.#import({ name: file.name, text }));
      } catch (error) {
        problems.push(messageOf(error));
        if (!(error instanceof InputError) && !(error instanceof DOMException)) throw error;
      } finally {
        this.problems = [...problems];
        this.imported = [...imported];
      }
    }
    await this.load();
  }

  /** Deletes a task with all labels in it. */
  async remove(id: string): Promise<void> {
    const removed = await deleteTask(this.#db, id);
    await this.load();
    this.removed = removed;
  }

  async undoRemove(): Promise<void> {
    if (!this.removed) return;
    await restoreTask(this.#db, this.removed);
    this.removed = null;
    await this.load();
  }

  /** A rater's session as a file. */
  async exportSession(task: LabelTask, rater: Rater): Promise<string> {
    const events = await sessionEventsOf(this.#db, task.id, rater);
    return writeSession({ task, rater, events }, sha256);
  }

  /** Everyone's labels in the published layout: ann1, ann2, … in the order of the names. */
  async exportCsv(task: LabelTask): Promise<string> {
    const sessions = await sessionsOf(this.#db, task.id);
    const sourced = sessions.map(({ rater, events }) => ({
      source: rater.name,
      session: { task, rater, events },
    }));
    return exportLabels(tableOf(mergeSessions(task, sourced)));
  }

  /** What people have labelled of a run's answers. */
  peopleOf(runId: string): Promise<PeopleSummary> {
    return peopleOfRun(this.#db, runId);
  }

  async #store(task: LabelTask, source: TaskSource): Promise<StoredTask> {
    const known = await getTask(this.#db, task.id);
    if (known) return known; // the same pairs and settings: its labels go on
    const stored = { id: task.id, createdAt: Date.now(), source, task };
    await putTask(this.#db, stored);
    return stored;
  }

  async #import({ name, text }: NamedText): Promise<ImportedFile> {
    const file = await readLabelFile(text, name, sha256);
    if (file.kind === "task") {
      await this.#store(file.task, { kind: "file", name });
      return { taskId: file.task.id, message: `The task “${file.task.title}” is here.` };
    }
    const { task, rater, events } = file.session;
    const done = await withSession(this.#db, this.#locks, task.id, rater, async (lease) => {
      await this.#store(task, { kind: "file", name });
      return importSession(this.#db, task.id, rater, events, lease);
    });
    if (!done) {
      const problem = `${rater.name} is labelling this task in another tab`;
      throw new InputError({ file: name }, problem, "Close that tab, then import the file again.");
    }
    const outcomes = {
      added: `The labels of ${rater.name} are here.`,
      continued: `The session of ${rater.name} goes on with what is new in the file.`,
      known: `All labels of ${rater.name} in this file were here already.`,
      separate: `${rater.name} has labelled on two devices. Both sessions are kept; of two labels for one pair the newest counts.`,
    };
    return { taskId: task.id, message: outcomes[done.value] };
  }

  async #summarise(stored: StoredTask): Promise<TaskSummary> {
    const { task } = stored;
    const sessions = await sessionsOf(this.#db, task.id);
    const own = sessions.filter(({ part }) => part === 0);
    const raters = own.map(({ rater, events }) => {
      const { labels, flags, lastLabelAt } = foldSession(task, events);
      const [labelled, total] = [labels.size, task.items.length];
      return { rater, labelled, total, flagged: flags.size, lastLabelAt };
    });
    return { stored, raters };
  }
}

/**
 * Gold pairs: the published layout, where `ann1` holds the label that everyone should give.
 * @throws InputError as `importLabels`, and for a row without a label.
 */
export async function readChecks(
  text: string,
  file: string,
): Promise<{ readonly pair: AnswerPair; readonly expected: Label }[]> {
  const { rows } = await importLabels(text, file, sha256);
  return rows.map(({ pair, labels: [expected] }) => {
    if (expected) return { pair, expected };
    const problem = `the known label of a pair of question ${pair.questionId} is missing`;
    throw new InputError({ file, column: "ann1" }, problem, "Write Y, N or NA.");
  });
}
