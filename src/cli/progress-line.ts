import { exactDuration } from "../core/duration";

/** One line on stderr that rewrites itself on a terminal and stays silent elsewhere until it ends. */
export interface ProgressLine {
  /** @param behind  what else to say of the time left, or nothing. */
  readonly update: (done: number, total: number, behind?: string) => void;
  /** A figure to show behind the count from now on. */
  readonly note: (text: string) => void;
  readonly end: (behind?: string) => void;
}

export function progressLine(label: string): ProgressLine {
  const started = Date.now();
  let latest = "";
  let figure = "";
  let first: { readonly at: number; readonly done: number } | null = null; // what goes on does not begin at 0
  return {
    note(text) {
      figure = `, ${text}`;
    },
    update(done, total, behind = "") {
      first ??= { at: Date.now(), done };
      const pace = (Date.now() - first.at) / (done - first.done);
      const left =
        done > first.done && done < total ? `, ${exactDuration(pace * (total - done))} left` : "";
      latest = `${label} ${done} of ${total}${figure}`;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${latest}${left}${after(behind)}`);
    },
    end(behind = "") {
      const took = exactDuration(Date.now() - started);
      const line = `${latest === "" ? label : latest}, took ${took}${after(behind)}`;
      process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
    },
  };
}

const after = (words: string) => (words === "" ? "" : `; ${words}`);
