/** The studies of a comparison, each in a process of its own: what is finished is left alone, what was cut goes on. */
import { spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { existsSync, openSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inParallel } from "../clients/in-parallel";
import { exactDuration } from "../core/duration";
import type { StudyReport } from "../core/format/report";
import { configPath, type PlannedRun, runFolder } from "./compare-plan";
import { REPORT, type RunTimes, StudyFolder } from "./study-folder";

export interface RunOptions {
  readonly jobs: number;
  /** Undefined: the study command's own choice. */
  readonly backend: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs what is not finished, `jobs` at a time, those that train longest first. After a failure no other is begun; what runs
 * comes to its end.
 * @throws Error naming the run that failed and its log; the signal's reason, after every run has paused.
 */
export async function runStudies(
  out: string,
  runs: readonly PlannedRun[],
  { jobs, backend, signal }: RunOptions,
): Promise<void> {
  setMaxListeners(jobs + 10, signal); // each job listens; Node warns of more than 10
  const open = runs.filter((run) => !existsSync(join(runFolder(out, run), REPORT)));
  let done = runs.length - open.length;
  if (done > 0) say(`${done} of ${runs.length} runs are finished already`);
  const longestFirst = open.toSorted((a, b) => b.sampled - a.sampled);
  await inParallel(longestFirst, jobs, signal, async (run) => {
    const started = Date.now();
    say(`${run.method}, seed ${run.seed}: begins`);
    await runStudy(out, run, { backend, signal });
    done++;
    const took = exactDuration(Date.now() - started);
    say(`${run.method}, seed ${run.seed}: took ${took} (${done} of ${runs.length})`);
  });
}

/** A finished run's report, with its times. */
export async function reportOf(
  out: string,
  run: PlannedRun,
): Promise<StudyReport & { readonly times: RunTimes }> {
  const text = await readFile(join(runFolder(out, run), REPORT), "utf8");
  return JSON.parse(text) as StudyReport & { readonly times: RunTimes };
}

async function runStudy(
  out: string,
  run: PlannedRun,
  { backend, signal }: Omit<RunOptions, "jobs">,
): Promise<void> {
  const folder = runFolder(out, run);
  const begun = (await StudyFolder.originOf(folder)) !== null;
  const argv = ["study", configPath(out, run), "--out", folder, begun ? "--resume" : "--force"];
  if (backend !== undefined) argv.push("--backend", backend);
  const path = `${folder}.log`;
  const log = openSync(path, "a");
  try {
    // A group of its own: Ctrl-C reaches it once, from here, and pauses it.
    const child = spawn(process.execPath, [process.argv[1]!, ...argv], {
      stdio: ["ignore", "ignore", log],
      detached: true,
    });
    const pause = () => child.kill("SIGINT");
    signal.addEventListener("abort", pause, { once: true });
    const code = await new Promise<number | null>((end, fail) => {
      child.once("error", fail);
      child.once("close", end);
    });
    signal.removeEventListener("abort", pause);
    signal.throwIfAborted();
    if (code !== 0) {
      throw new Error(
        `${run.name} ended with ${code === null ? "a signal" : `exit code ${code}`}; ${path} says why. ` +
          "The same command goes on with what is not finished.",
      );
    }
  } finally {
    closeSync(log);
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
