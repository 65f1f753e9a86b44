/** Which backend the built site takes, and what it says of it: with WebGPU or without, isolated or not. */
import { type Page, chromium, expect, test } from "@playwright/test";
import config from "../../playwright.config";
import { startStudy } from "./start-study";
import { site } from "./site";

const { executablePath } = config.use!.launchOptions!;

/** A browser without WebGPU, on the site as a host serves it with these headers. */
async function withoutGpu(
  headers: Readonly<Record<string, string>>,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage();
    await page.route(`${site}**`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
    });
    await look(page);
  } finally {
    await browser.close();
  }
}

const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

test("without WebGPU, an isolated page computes on threads, even where blob: is refused", async () => {
  const policy = {
    "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  };
  await withoutGpu({ ...ISOLATED, ...policy }, async (page) => {
    await startStudy(page);
    const device = page.getByRole("status", { name: "Device" });
    await expect(device).toContainText(/WebAssembly\s*2 threads/, { timeout: 30_000 });
    await device.getByText("Why").click();
    await expect(device).toContainText("No WebGPU adapter answers");
    const path = page.getByRole("list", { name: "Path of the study" });
    await expect(path.getByRole("progressbar").first()).toBeVisible({ timeout: 60_000 });
  });
});

test("threads that never answer are given up, and one computes", async () => {
  await withoutGpu(ISOLATED, async (page) => {
    await page.route("**/wasm/*.worker.js", () => {}); // as a host that never sends it
    await startStudy(page);
    const device = page.getByRole("status", { name: "Device" });
    await expect(device).toContainText(/WebAssembly\s*1 thread/, { timeout: 60_000 });
    await device.getByText("Why").click();
    await expect(device).toContainText("more did not start (no answer in 8 s)");
  });
});

test("on a host without the headers it is one thread, and the reason is said", async () => {
  await withoutGpu({}, async (page) => {
    await startStudy(page);
    const device = page.getByRole("status", { name: "Device" });
    await expect(device).toContainText(/WebAssembly\s*1 thread/, { timeout: 30_000 });
    await device.getByText("Why").click();
    await expect(device).toContainText("not cross-origin isolated");
  });
});
