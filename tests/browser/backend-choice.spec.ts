/** Which backend the built site takes where there is no WebGPU, and what it says of it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Locator, type Page, chromium, expect, test } from "@playwright/test";
import config from "../../playwright.config";
import { startStudy } from "./start-study";
import { site } from "./site";

const { executablePath } = config.use!.launchOptions!;

interface Host {
  readonly headers?: Readonly<Record<string, string>>;
  /** Requests that are never answered. */
  readonly silent?: RegExp;
}

/** A browser without WebGPU on a host that serves the site in its own way; a study is started. */
async function withoutGpu(
  { headers = {}, silent }: Host,
  look: (device: Locator, page: Page) => Promise<void>,
): Promise<void> {
  const host = createServer((request, response) => {
    if (silent?.test(request.url!)) return;
    void fetch(new URL(request.url!, site)).then(async (served) => {
      response.writeHead(served.status, {
        "content-type": served.headers.get("content-type") ?? "",
        ...headers,
      });
      response.end(Buffer.from(await served.arrayBuffer()));
    });
  });
  await new Promise<void>((listening) => host.listen(0, "127.0.0.1", listening));
  const address = `http://127.0.0.1:${(host.address() as AddressInfo).port}/some/base/path/`;
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage();
    await startStudy(page, address);
    await look(page.getByRole("status", { name: "Device" }), page);
  } finally {
    await browser.close();
    host.closeAllConnections();
    host.close();
  }
}

const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

test("an isolated page computes on threads, even where the policy refuses blob:", async () => {
  const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
  const headers = { ...ISOLATED, "Content-Security-Policy": policy };
  await withoutGpu({ headers }, async (device, page) => {
    await expect(device).toContainText(/WebAssembly\s*\d threads/, { timeout: 30_000 });
    await device.getByText("Why").click();
    await expect(device).toContainText("No WebGPU adapter answers");
    const path = page.getByRole("list", { name: "Path of the study" });
    await expect(path.getByRole("progressbar").first()).toBeVisible({ timeout: 60_000 });
  });
});

test("threads that never answer are given up, and one computes", async () => {
  await withoutGpu({ headers: ISOLATED, silent: /simd\.worker\.js$/ }, async (device) => {
    await expect(device).toContainText(/WebAssembly\s*1 thread/, { timeout: 60_000 });
    await device.getByText("Why").click();
    await expect(device).toContainText("more did not start (no answer in 8 s)");
  });
});

test("on a host without the headers it is one thread, and the reason is said", async () => {
  await withoutGpu({}, async (device) => {
    await expect(device).toContainText(/WebAssembly\s*1 thread/, { timeout: 30_000 });
    await device.getByText("Why").click();
    await expect(device).toContainText("not cross-origin isolated");
  });
});
