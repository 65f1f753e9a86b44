/** The site after one visit, its server gone; and new versions of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Page, expect, test } from "@playwright/test";
import { expectAccessible } from "./axe";
import { freePort } from "./free-port";
import { makeTaskOf } from "./label-task";
import { expectReachable } from "./reach";
import { rowsOf } from "./stored-runs";
import { PAGES } from "./views";

test.use({ serviceWorkers: "allow" });
test.describe.configure({ timeout: 180_000 });

interface Host {
  readonly site: string;
  readonly folder: string;
  stop(): Promise<void>;
}
let host: Host;

/** The built site on a host of its own, below another path than the other tests have it. */
test.beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "steadfast-offline-"));
  await cp("dist", folder, { recursive: true });
  const port = await freePort();
  const base = "/elsewhere/";
  const server: ChildProcess = spawn("node", ["scripts/serve.js", folder, String(port), base]);
  const site = `http://127.0.0.1:${port}${base}`;
  await expect
    .poll(() =>
      fetch(site).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
    .toBe(true);
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill();
    await once(server, "exit");
  };
  host = { site, folder, stop };
});
test.afterEach(async () => {
  await host.stop();
  await rm(host.folder, { recursive: true });
});

/** A first visit, until the page's files are kept. */
async function visit(page: Page): Promise<void> {
  await page.goto(`${host.site}#/storage`);
  await expect(page.getByText("opens without a network on this device")).toBeVisible({
    timeout: 60_000,
  });
}

test("promise 11: after one visit every view opens with the server gone, and no other host is asked", async ({
  page,
}) => {
  const foreign: string[] = [];
  page.context().on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(host.site).origin) foreign.push(origin);
  });
  await visit(page);
  await expectAccessible(page, "what is kept for offline use");
  await expectReachable(page, "what is kept for offline use");
  await host.stop();
  for (const view of PAGES) {
    await page.goto("about:blank");
    await page.goto(`${host.site}#/${view}`);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);
  }
  await page.goto(`${host.site}index.html#/corpus`);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  expect(foreign).toEqual([]);
});

test("promise 11: with the large files kept, the quick demo study runs with the server gone", async ({
  page,
}) => {
  await visit(page);
  await page.getByRole("button", { name: "Keep them for offline use" }).click();
  await expect(page.getByText("studies run without a network")).toBeVisible({ timeout: 60_000 });
  console.log(await page.getByText("studies run without a network").innerText());
  await host.stop();
  await page.goto("about:blank");
  await page.goto(host.site);
  await page.getByRole("button", { name: "Quick run" }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  const phases = async () =>
    (await rowsOf(page, "events")).flatMap(({ events }) => events).map(({ kind }) => kind);
  await expect.poll(phases, { timeout: 120_000 }).toContain("phase");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("You stopped this run.")).toBeVisible();
});

test("an update asks before it reloads, and waits while pairs are labelled in any tab", async ({
  page,
  context,
}) => {
  await visit(page);
  await makeTaskOf(page, 3, host.site);
  await page.getByLabel("Your name").fill("Ann");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/0 of 3/)).toBeVisible();

  await appendFile(join(host.folder, "service-worker.js"), "// another version\n");
  const other = await context.newPage();
  await other.goto(`${host.site}#/runs`);
  await other.evaluate(async () => (await navigator.serviceWorker.getRegistration())!.update());
  await expect(other.getByText("A new version of Steadfast is here.")).toBeVisible();
  await other.getByRole("button", { name: "Reload with it" }).click();
  await expect(other.getByText("pairs are being labelled, here or in another tab")).toBeVisible();
  await expectAccessible(other, "an update that waits");

  await page.close();
  const loaded = other.waitForEvent("load");
  await other.getByRole("button", { name: "Reload with it" }).click();
  await loaded;
  await expect(other.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(other.getByText("A new version of Steadfast is here.")).toBeHidden();
});

test("a file that changed on its way is not kept", async ({ page }) => {
  await appendFile(join(host.folder, "demo/demo_questions.json"), " ");
  await page.goto(`${host.site}#/storage`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForTimeout(3_000);
  await expect(page.getByText("opens without a network on this device")).toBeHidden();
});

test("the app can be installed: its manifest, scope and icons are there", async ({ page }) => {
  await page.goto(host.site);
  const cdp = await page.context().newCDPSession(page);
  const { url, errors, data } = await cdp.send("Page.getAppManifest");
  expect(url).toBe(`${host.site}manifest.webmanifest`);
  expect(errors).toEqual([]);
  const { icons, display } = JSON.parse(data!) as { icons: { src: string }[]; display: string };
  expect(display).toBe("standalone");
  for (const { src } of icons) expect((await page.request.get(host.site + src)).ok()).toBe(true);
  const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
  const serious = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  expect(serious).toEqual([]);
});
