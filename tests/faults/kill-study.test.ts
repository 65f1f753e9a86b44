/** The command line under SIGKILL: what a power cut, the out-of-memory killer or an impatient hand does to a run. */
import { spawn } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mulberry32 } from "../../src/core/random";
import { quickestStudy } from "../browser/quickest-study";
import { buildSteadfast, folderOf, type Steadfast } from "../cli/steadfast";

/** 20 before a release; each costs the start of a process and what no checkpoint held. */
const KILLS = Number(process.env["STEADFAST_KILLS"] ?? 3);
const SEED = 7;
/** Of the time that a whole study takes: a resumed one has less to do. */
const LATEST = 0.7;
/** Of one process, in ms: a whole study, on a machine that does other things too. */
const LIMIT = 300_000;

const config = {
  ...quickestStudy,
  sft: { steps: 20, batchSize: 2, microBatch: 2 },
  rollouts: { passes: 4, maxSteps: 8 },
  checkpoints: { everySteps: 3 },
};

let steadfast: Steadfast;
let cwd: string;
beforeAll(async () => {
  steadfast = await buildSteadfast();
  cwd = await folderOf({ "study.json": JSON.stringify(config) });
});
afterAll(async () => {
  await steadfast.remove();
  await rm(cwd, { recursive: true });
});

/** The exit code; null if it had to be killed after so many milliseconds. */
async function killedAfter(ms: number, argv: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [steadfast.entry, ...argv], { cwd, stdio: "ignore" });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const code = await ended;
  clearTimeout(timer);
  return code;
}

test(
  `promise 2: a study that was killed at ${KILLS} random moments ends as one that was not`,
  async () => {
    const started = Date.now();
    const whole = await steadfast.run(["study", "study.json", "--out", "whole"], {
      cwd,
      limit: LIMIT,
    });
    expect(whole).toMatchObject({ code: 0 });
    const duration = Date.now() - started;

    const random = mulberry32(SEED);
    for (let kills = 0; kills < KILLS;) {
      const words = await wordsFor("killed");
      const code = await killedAfter(random() * duration * LATEST, words);
      if (code === null) kills++;
      else if (code === 0)
        await compareAndRemove(); // it got to its end: the next kills fall on the same study, begun again
      else {
        const { stderr } = await steadfast.run(words, { cwd, limit: LIMIT });
        expect(stderr).toContain("holds no study to go on with"); // killed before it had written what it starts from
        await rm(join(cwd, "killed"), { recursive: true });
      }
    }
    const last = await steadfast.run(await wordsFor("killed"), { cwd, limit: LIMIT });
    expect(last).toMatchObject({ code: 0 });
    await compareAndRemove();
  },
  (2 + KILLS) * LIMIT,
);

async function compareAndRemove(): Promise<void> {
  expect(await resultOf("killed")).toEqual(await resultOf("whole"));
  await rm(join(cwd, "killed"), { recursive: true });
}

async function wordsFor(folder: string): Promise<string[]> {
  const isNew = !(await readdir(cwd)).includes(folder);
  return ["study", ...(isNew ? ["study.json"] : ["--resume"]), "--out", folder];
}

/** Every file but the checkpoints; the report without its times. */
async function resultOf(name: string): Promise<Readonly<Record<string, string>>> {
  const folder = join(cwd, name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith("checkpoints"))
    .sort();
  const files = paths.map(async (path) => {
    const text = await readFile(join(folder, path), "latin1");
    return [path, path === "report.json" ? withoutTimes(text) : text] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

function withoutTimes(report: string): string {
  return JSON.stringify({ ...(JSON.parse(report) as object), times: null });
}
