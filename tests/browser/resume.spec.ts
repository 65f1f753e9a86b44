/** Training that is paused, crashed or killed goes on, and ends as if nothing had been: on wasm, where figures are exact. */
import { mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, type Page, chromium, expect, test } from "@playwright/test";
import config from "../../playwright.config";
import type { StudyReport } from "../../src/core/format/report";
import type { StudyConfigInput } from "../../src/core/study/config";
import { quickestStudy } from "./quickest-study";
import { site } from "./site";
import { startStudy } from "./start-study";
import { rowsOf } from "./stored-runs";

/** More of them: STEADFAST_KILLS=20. */
const KILLS = Number(process.env["STEADFAST_KILLS"] ?? 3);

const LORA_STEPS = KILLS > 3 ? 60 : 20;
const PPO_STEPS = KILLS > 3 ? 4 : 3;

/** Training of some length, with a checkpoint every second step. */
const study: StudyConfigInput = {
  ...quickestStudy,
  sft: { steps: LORA_STEPS, batchSize: 4, microBatch: 4 },
  rollouts: { passes: 2, maxSteps: PPO_STEPS },
  checkpoints: { everySteps: 2 },
};

let folder: string;
let context: BrowserContext;
let page: Page;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-resume-"));
  await launch();
});
test.afterEach(async () => {
  await context.close();
  await rm(folder, { recursive: true, force: true });
});

/** A browser without WebGPU, with the profile of this test. */
async function launch(): Promise<void> {
  context = await chromium.launchPersistentContext(folder, {
    executablePath: config.use!.launchOptions!.executablePath!,
    args: ["--no-sandbox"],
  });
  page = context.pages()[0]!;
}

const goOnButton = () => page.getByRole("button", { name: "Go on", exact: true });

async function finished(): Promise<void> {
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden({ timeout: 240_000 });
  await expect(page.getByRole("button", { name: "Train more" })).toBeVisible();
  await expect(page.getByRole("status", { name: "Device" })).toContainText(
    /WebAssembly\s*1 thread/,
  );
}

/** Waits until a checkpoint of a phase is stored. */
async function untilCheckpoint(kind: "lora" | "ppo"): Promise<void> {
  const count = async () =>
    (await rowsOf(page, "checkpoints")).filter(({ phase }) => phase.kind === kind).length;
  await expect.poll(count, { timeout: 120_000, intervals: [50] }).toBeGreaterThan(0);
}

let wholeReport: StudyReport | null = null;

/** The report of a run that nothing stops: run once, and deleted, so that the test has a database of its own. */
async function uninterrupted(): Promise<StudyReport> {
  if (wholeReport !== null) return wholeReport;
  await startStudy(page, site, study);
  await finished();
  const [row] = await rowsOf(page, "reports");
  await page.goto(`${site}#/runs`);
  await page.getByRole("button", { name: "Delete" }).click();
  await expect.poll(async () => (await rowsOf(page, "runs")).length).toBe(0);
  return (wholeReport = row!.report);
}

/** One run is stored, it is done, and its log has every training step once, in order. */
async function checkOneWholeRun(): Promise<StudyReport> {
  const runs = await rowsOf(page, "runs");
  expect(runs.map(({ status }) => status)).toEqual(["done"]);
  const events = (await rowsOf(page, "events")).flatMap(({ events }) => events);
  const steps = events.flatMap(({ kind, step }) => {
    if (kind === "sft-step") return [`lora ${(step as { step: number }).step}`];
    return kind === "ppo-step" ? [`ppo ${step as number}`] : [];
  });
  const all = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
  expect(steps).toEqual([...all("lora", LORA_STEPS), ...all("ppo", PPO_STEPS)]);
  return (await rowsOf(page, "reports"))[0]!.report;
}

test("a run is paused, goes on after a reload, and ends with the report of one that was never stopped", async () => {
  const whole = await uninterrupted();
  await startStudy(page, site, study);
  await untilCheckpoint("lora");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("You paused this run.")).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await expect(
    page.getByText(/It goes on from its last checkpoint: LoRA step \d+ of \d+/),
  ).toBeVisible();
  await goOnButton().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(/dashed line: resumed at step \d+/)).toBeVisible({ timeout: 60_000 });
  await finished();
  expect(await checkOneWholeRun()).toEqual(whole);
});

test("promise 2: a page that crashes in training is interrupted, goes on when it is opened again, and ends the same", async () => {
  const whole = await uninterrupted();
  await startStudy(page, site, study);
  await untilCheckpoint("ppo");
  const crashed = page.waitForEvent("crash");
  const session = await context.newCDPSession(page);
  session.send("Page.crash").catch(() => {}); // nothing is left to answer
  await crashed;
  await page.close();
  page = await context.newPage();
  await page.goto(site);
  await expect(page.getByText("This run was interrupted")).toBeVisible();
  await page.goto(`${site}#/runs`);
  await page.getByRole("button", { name: "Go on Study of demo" }).click();
  await finished();
  expect(await checkOneWholeRun()).toEqual(whole);
});

test(`promise 2: ${KILLS} kills of the browser at random moments of a run, and its figures are those of one that was never killed`, async () => {
  test.setTimeout(300_000 + 60_000 * KILLS);
  const whole = await uninterrupted();
  await startStudy(page, site, study);
  await untilCheckpoint("lora"); // from here on every kill is one of a run that trains
  const killedIn = new Map<string, number>(); // how many, by the phase that was under way
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(1000 + Math.floor((1733 * (kill + 1)) % 4000));
    if (await page.getByRole("button", { name: "Train more" }).isVisible()) break; // it was faster
    const phase = await phaseUnderWay();
    killedIn.set(phase, (killedIn.get(phase) ?? 0) + 1);
    const closed = new Promise<void>((resolve) => context.once("close", () => resolve()));
    process.kill(await mainPid(folder), "SIGKILL");
    await closed;
    await launch();
    await page.goto(site);
    await goOnButton().click();
  }
  await finished();
  expect(await checkOneWholeRun()).toEqual(whole);
  const kills = [...killedIn.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${kills} kills, by the phase under way:`, Object.fromEntries(killedIn));
  expect(kills).toBeGreaterThan(KILLS / 2);
});

/** The phase that the stored log told of last. */
async function phaseUnderWay(): Promise<string> {
  const events = (await rowsOf(page, "events")).flatMap(({ events }) => events);
  return events.findLast(({ kind }) => kind === "phase")?.phase?.kind ?? "none";
}

/** The browser's main process: its profile's lock is a link to "host-pid". */
async function mainPid(folder: string): Promise<number> {
  return Number((await readlink(join(folder, "SingletonLock"))).split("-").at(-1));
}
