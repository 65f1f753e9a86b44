/** The demo study, reduced, through the page: the built site, deep below a static host's root, on WebGPU. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { strFromU8, unzipSync } from "fflate";
import { startStudy } from "./start-study";
import { watchRequests } from "./site";

test("a study gives scores that survive a reload, and no request leaves the origin", async ({
  page,
}) => {
  const foreign = watchRequests(page);
  await startStudy(page);
  const results = page.getByRole("region", { name: "Results" }).getByRole("table");
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden({ timeout: 560_000 });
  await expect(page.getByRole("status", { name: "Device" })).toContainText("WebGPU");
  for (const model of ["Baseline", "LoRA", "PPO", "Aligned"]) {
    await expect(results.getByRole("columnheader", { name: model })).toBeVisible();
  }
  const mean = results.getByRole("row", { name: /^Mean/ });
  expect((await mean.innerText()).match(/0?\.\d{2,3}/g)).toHaveLength(4);
  const before = await results.innerText();

  await page.reload();
  await expect(mean).toBeVisible();
  expect(await results.innerText()).toBe(before);

  await test.step("its report opens with scripts off, and verifies until a byte of it is changed", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "report.html" }).click();
    const html = await readFile(await (await download).path(), "utf8");
    await showsWithoutScripts(page, html);

    await page.getByRole("link", { name: "Runs" }).click();
    const verify = page.getByRole("region", { name: "Verify a report" });
    const choose = (content: string) =>
      verify
        .getByLabel("Report to verify")
        .setInputFiles({ name: "r.html", mimeType: "text/html", buffer: Buffer.from(content) });
    await choose(html);
    await expect(verify.getByText("r.html: 0 differences.")).toBeVisible({ timeout: 60_000 });
    await expect(verify.getByText("not checked")).toBeHidden();
    await choose(html.replace("<h2>What was found</h2>", "<h2>What was Found</h2>"));
    await expect(verify.getByText("r.html: 1 difference.")).toBeVisible({ timeout: 60_000 });
  });

  await test.step("it is handed off as one zip, with its adapter and data", async () => {
    await page.goBack();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "hand-off.zip" }).click();
    const files = unzipSync(await readFile(await (await download).path()));
    const manifest = strFromU8(files["hand-off/manifest.json"]!);
    const {
      format,
      rows,
      files: listed,
    } = JSON.parse(manifest) as {
      readonly format: string;
      readonly rows: object;
      readonly files: readonly { readonly path: string }[];
    };
    expect({ format, rows }).toMatchObject({ format: "steadfast-hand-off", rows: { evaluation: 10, answers: 10 } }); // prettier-ignore
    expect(listed.map(({ path }) => path)).toContain("adapter/adapter_model.safetensors");
    for (const { path } of listed) expect(Object.keys(files)).toContain(`hand-off/${path}`);
    await page.getByRole("link", { name: "Runs" }).click();
  });

  await test.step("two of its models are compared, and the address keeps the choice", async () => {
    await page.getByRole("link", { name: "Compare two models" }).click();
    await expect(page.getByRole("heading", { name: "Compare two models" })).toBeVisible();
    await page.getByLabel("After").selectOption({ label: "Aligned (2 questions)" });
    const verdict = page.getByText(/Aligned .*n = \d+, p [<=]/);
    await expect(verdict).toBeVisible();
    const said = await verdict.innerText();
    const changes = page.getByRole("region", { name: "Largest changes first" });
    await changes.locator("summary").first().click();
    await expect(changes.getByRole("heading", { name: "Before" })).toBeVisible();
    await page.reload();
    await expect(verdict).toHaveText(said);
  });
  expect(foreign()).toEqual([]);
});

/** The report, as a colleague would open it: from a file, in a browser that runs no script. */
async function showsWithoutScripts(page: Page, html: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "steadfast-report-"));
  await writeFile(join(folder, "report.html"), html);
  const context = await page.context().browser()!.newContext({ javaScriptEnabled: false });
  const report = await context.newPage();
  await report.goto(`file://${folder}/report.html`);
  await expect(report.getByRole("heading", { level: 1 })).toContainText("steadfast-mini");
  await expect(
    report.getByRole("img", { name: /^Mean SaGE with its interval: Baseline/ }),
  ).toBeVisible();
  await context.close();
  await rm(folder, { recursive: true });
}

test("one click stops a running study within a second, and what was done is there after a reload", async ({
  page,
}) => {
  await startStudy(page);
  const path = page.getByRole("list", { name: "Path of the study" });
  await expect(path.getByRole("progressbar").first()).toBeVisible({ timeout: 120_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  const stopped = page.getByText("You stopped this run");
  await expect(stopped).toBeVisible({ timeout: 2_000 }); // a second, and what Playwright itself takes
  await page.reload();
  await expect(stopped).toBeVisible();
});
