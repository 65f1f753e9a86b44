/** The demo study, reduced, through the page: built site, deep below a static host's root, on WebGPU (SwiftShader). */
import { type Page, expect, test } from "@playwright/test";
import { quickestStudy } from "./quickest-study";
import { open, site, watchRequests } from "./site";

/** Runs the reduced study to its end. */
async function runStudy(page: Page): Promise<void> {
  await open(page, "#/setup");
  await page.getByLabel("Import settings").setInputFiles({
    name: "config.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(quickestStudy)),
  });
  await open(page, "#/study");
  await page.getByRole("button", { name: /^Run/ }).first().click();
}

test("a study gives scores that survive a reload, and no request leaves the origin", async ({
  page,
}) => {
  const foreign = watchRequests(page);
  await runStudy(page);
  await expect(page.getByText("Finished")).toBeVisible({ timeout: 540_000 });
  await expect(page.getByTestId("device")).toContainText("WebGPU");
  const means = page.getByRole("table", { name: "Results" });
  const before = await means.innerText();
  expect(before).toMatch(/0?\.\d{2,3}/);

  await page.reload();
  await expect(means).toBeVisible();
  expect(await means.innerText()).toBe(before);
  expect(foreign()).toEqual([]);
});

test("one click stops a running study within a second and keeps what was done", async ({
  page,
}) => {
  await runStudy(page);
  await expect(page.getByRole("progressbar").first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped")).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await expect(page.getByText("Stopped")).toBeVisible();
  expect(site).toContain("/some/base/path/");
});
