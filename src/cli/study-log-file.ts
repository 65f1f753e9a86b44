/** log.jsonl: decisions of the selection, training steps and answers to pinned questions, a JSON object a line. */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { StudyEvent } from "../core/study/events";
import { Replay, keptEvents } from "../core/study/replay";
import { isMissing } from "./errors";

const LOGGED: ReadonlySet<StudyEvent["kind"]> = new Set([
  "selection",
  "sft-step",
  "ppo-step",
  "pinned",
]);

export class StudyLogFile {
  readonly #path: string;
  /** Of a study that goes on, until its seam; null otherwise. */
  #earlier: { readonly events: StudyEvent[]; readonly replay: Replay } | null = null;

  private constructor(path: string) {
    this.#path = path;
  }

  static start(path: string): StudyLogFile {
    return new StudyLogFile(path);
  }

  /** Goes on with a file. A last line that was cut goes: its step is run again. */
  static goOn(path: string): StudyLogFile {
    const log = new StudyLogFile(path);
    const events = readEvents(path);
    replace(path, events);
    log.#earlier = { events, replay: new Replay(events) };
    return log;
  }

  /** What the file holds. */
  events(): readonly StudyEvent[] {
    return readEvents(this.#path);
  }

  /** Adds what is not in the file yet, and at the seam takes out what will be run again. */
  add(event: StudyEvent): void {
    const isNew = this.#earlier?.replay.isNew(event) ?? true;
    if (event.kind === "resumed" && this.#earlier) {
      replace(this.#path, keptEvents(this.#earlier.events, event.from));
    }
    if (!isNew || !LOGGED.has(event.kind)) return;
    this.#earlier?.events.push(event);
    appendFileSync(this.#path, line(event));
  }
}

const line = (event: StudyEvent) => `${JSON.stringify(event)}\n`;

function replace(path: string, events: readonly StudyEvent[]): void {
  const part = `${path}.part`;
  writeFileSync(part, events.map(line).join(""));
  renameSync(part, path);
}

/** Up to the first line that is none of ours. */
function readEvents(path: string): StudyEvent[] {
  const events: StudyEvent[] = [];
  try {
    for (const text of readFileSync(path, "utf8").split("\n").slice(0, -1)) {
      events.push(JSON.parse(text) as StudyEvent);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !isMissing(error)) throw error;
  }
  return events;
}
