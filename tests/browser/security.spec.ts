/** The built page under its content security policy, against hostile text, and with a key that must stay in memory. */
import { type Page, expect, test } from "@playwright/test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync, readFileSync } from "node:fs";
import { toCsv } from "../../src/core/format/csv";
import { expectAccessible } from "./axe";
import { choosePairs, counted, makeTaskOf } from "./label-task";
import { expectReachable } from "./reach";
import { open, site } from "./site";
import { PAYLOADS } from "./xss-payloads";
import { PAGES } from "./views";

test.describe.configure({ timeout: 90_000 });

interface Watch {
  readonly violations: string[];
  readonly dialogs: string[];
  readonly errors: string[];
}

/** Whatever the policy refuses, a dialog, and errors, from now on. */
async function watch(page: Page): Promise<Watch> {
  const seen: Watch = { violations: [], dialogs: [], errors: [] };
  page.on("console", (message) => {
    if (/content security policy|trusted/i.test(message.text()))
      seen.violations.push(message.text());
  });
  page.on("dialog", (dialog) => {
    seen.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  return seen;
}

async function expectUnharmed(page: Page, { violations, dialogs, errors }: Watch): Promise<void> {
  const struck = await page.evaluate(() => (window as { struck?: number }).struck ?? 0);
  expect({ struck, violations, dialogs, errors }).toEqual({
    struck: 0,
    violations: [],
    dialogs: [],
    errors: [],
  });
}

const corpusOf = (payloads: readonly string[]) =>
  toCsv(
    ["question_id", "question", "paraphrased", "model_output", "topic"],
    payloads.flatMap((payload, i) =>
      [1, 2, 3].map((n) => ({
        question_id: i + 1,
        question: payload,
        paraphrased: `${payload} ${n}`,
        model_output: `${payload} answer ${n}`,
        topic: payload,
      })),
    ),
  );

async function importCorpus(page: Page, name: string, text: string): Promise<void> {
  await open(page, "#/corpus");
  await page
    .getByLabel("Corpus files")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: /^Import \d+ questions?$/ }).click();
}

test("promise 9: every view loads under the policy, which refuses nothing of ours", async ({
  page,
}) => {
  const seen = await watch(page);
  for (const view of PAGES) {
    await open(page, `#/${view}`);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  }
  const policy = await page
    .locator('meta[http-equiv="Content-Security-Policy"]')
    .getAttribute("content");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).toContain("connect-src 'self';");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:/);
  await expectUnharmed(page, seen);
});

test("promise 9: the policy refuses an inline script, a foreign request and text as markup", async ({
  page,
}) => {
  await open(page);
  const refused = await page.evaluate(async () => {
    const script = document.createElement("script");
    const thrown = (work: () => void) => {
      try {
        work();
        return false;
      } catch {
        return true;
      }
    };
    return {
      text: thrown(() => (script.textContent = "window.struck=1")) || !("struck" in window),
      html: thrown(() => (document.body.innerHTML = "<b>x</b>")),
      // In a task of its own: what a debugger evaluates may use eval.
      eval: await new Promise((done) => {
        setTimeout(() => done(thrown(() => void (0, eval)("1"))));
      }),
      worker: thrown(() => new Worker("https://example.com/x.js")),
      fetch: await fetch("https://example.com/").then(
        () => false,
        () => true,
      ),
    };
  });
  expect(refused).toEqual({ text: true, html: true, eval: true, worker: true, fetch: true });
});

test("labelling works under the policy", async ({ page }) => {
  const seen = await watch(page);
  await makeTaskOf(page, 2);
  await page.getByLabel("Your name").fill("Ann");
  await page.keyboard.press("Enter");
  await counted(page, 0, 2);
  await page.keyboard.press("y");
  await counted(page, 1, 2);
  await expectUnharmed(page, seen);
});

test("the sentence encoder and its wasm start in a worker of the page", async ({ page }) => {
  const seen = await watch(page);
  await open(page);
  const script = readdirSync("dist/assets").find((file) => /^encoder-.*\.js$/.test(file))!;
  const length = await page.evaluate(
    async ([address, base]) => {
      const worker = new Worker(address, { type: "module" });
      let id = 0;
      const call = (method: string, params: unknown) =>
        new Promise<unknown>((resolve, reject) => {
          const own = ++id;
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => {
            if (data["id"] !== own) return;
            if (data["kind"] === "result") resolve(data["value"]);
            if (data["kind"] === "error") reject(new Error(JSON.stringify(data["error"])));
          };
          worker.postMessage({ kind: "call", id: own, method, params });
        });
      const urls = { encoder: `${base}encoder/`, wasm: `${base}wasm/`, onnx: `${base}onnx/` };
      await call("load", { choice: { encoder: "use-lite", encoderHost: base }, urls });
      const [vector] = (await call("embed", { texts: ["Lying is wrong."] })) as Float32Array[];
      worker.terminate();
      return vector!.length;
    },
    [new URL(`assets/${script}`, site).href, site] as const,
  );
  expect(length).toBe(512);
  await expectUnharmed(page, seen);
});

test("promise 10: forty payloads as question, wording, answer, topic, file and corpus name", async ({
  page,
}) => {
  const seen = await watch(page);
  expect(PAYLOADS).toHaveLength(40);
  await importCorpus(page, `${PAYLOADS[7]!.replaceAll("/", "∕")}.csv`, corpusOf(PAYLOADS));
  await expect(page.getByRole("heading", { name: PAYLOADS[7]! }).first()).toBeVisible();
  for (const summary of await page.locator("main summary:visible").all()) await summary.click();
  let shown = await page.getByRole("main").innerText();
  const list = page.getByRole("region", { name: "Questions" });
  for (const i of PAYLOADS.keys()) {
    const row = list.locator(`li[aria-posinset="${i + 1}"]`); // drawn once it is scrolled to
    await list.evaluate((region, top) => region.scrollTo(0, top), 72 * i);
    await row.getByRole("button").click();
    shown += await row.innerText();
    await row.getByRole("button").click();
  }
  const squeezed = shown.replaceAll(/\s+/g, " ");
  for (const payload of PAYLOADS) expect(squeezed).toContain(payload.replaceAll(/\s+/g, " "));
  await expectUnharmed(page, seen);
});

test("promise 10: forty payloads as rater's name, task's title, model id and in a refused file", async ({
  page,
}) => {
  test.setTimeout(300_000); // 120 pages, one after another
  const seen = await watch(page);
  for (const payload of PAYLOADS) {
    await choosePairs(page, 1);
    await page.getByLabel("Title").fill(payload);
    await page.getByLabel("Hidden repeats").fill("0");
    await page.getByRole("button", { name: "Make the task of 1 pair" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(payload);
  }
  await makeTaskOf(page, 2);
  await expect(page.getByLabel("Your name")).toBeVisible();
  const task = new URL(page.url()).hash;
  for (const payload of PAYLOADS) {
    await open(page, `${task}/${encodeURIComponent(payload)}`);
    await expect(page.getByRole("banner")).toContainText(payload);
  }
  await open(page, "#/setup");
  for (const payload of PAYLOADS) {
    await page.getByLabel("Settings file").setInputFiles({
      name: `${payload.replaceAll("/", "∕")}.json`,
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify({ preset: payload, [payload]: payload })),
    });
    await expect(page.getByRole("alert")).toContainText(`${payload.replaceAll("/", "∕")}.json`);
  }
  const chat = { kind: "chat", baseUrl: "http://localhost:1/v1", model: PAYLOADS.join(" ") };
  await page.getByLabel("Settings file").setInputFiles({
    name: "config.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ preset: "recommended", aligned: chat })),
  });
  await expect(page.getByLabel("API key")).toBeVisible();
  await expectUnharmed(page, seen);
});

test("promise 8: a password typed in an API's address is refused with a sentence, and stored nowhere", async ({
  page,
}) => {
  await open(page, "#/setup");
  await page.getByRole("radio", { name: /^An API/ }).check();
  await page.getByLabel("Base address", { exact: true }).fill("https://ann:hunter2@host/v1");
  await page.keyboard.press("Tab");
  await expect(page.getByText("use the key field").first()).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("hunter2");
  await page.reload();
  expect(await page.getByRole("main").innerHTML()).not.toContain("hunter2");
});

test("promise 8: a key that was typed and used is sent to its server and found nowhere else", async ({
  page,
}) => {
  const canary = "sk-canary-7f3a91c2";
  const passphrase = "canary under a passphrase";
  const heard: string[] = [];
  const api = createServer((request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "*");
    if (request.method === "OPTIONS") return void response.end();
    heard.push(request.headers.authorization ?? "");
    response.setHeader("Content-Type", "application/json");
    response.statusCode = heard.length === 1 ? 400 : 200;
    const error = { error: { message: `bad key ${canary}`, code: "x" } };
    const reply = { choices: [{ message: { role: "assistant", content: "Y" } }] };
    response.end(JSON.stringify(heard.length === 1 ? error : reply));
  });
  await new Promise<void>((listening) => api.listen(0, "127.0.0.1", listening));
  const { port } = api.address() as AddressInfo;
  const logs: string[] = [];
  const asked: { url: string; body: string; headers: string }[] = [];
  page.context().on("request", (request) => {
    asked.push({
      url: request.url(),
      body: request.postData() ?? "",
      headers: JSON.stringify(request.headers()),
    });
  });
  page.on("console", (message) => logs.push(message.text()));
  page.on("pageerror", (error) => logs.push(String(error)));
  try {
    await makeTaskOf(page, 2);
    await expect(page.getByLabel("Your name")).toBeVisible();
    const taskId = new URL(page.url()).hash.split("/")[2]!;
    await open(page, `#/agreement/${taskId}`);
    await page
      .getByLabel("Address of an OpenAI-compatible API")
      .fill(`http://127.0.0.1:${port}/v1`);
    await page.getByLabel("Model id").fill("judge");
    await page.getByLabel("API key").fill(canary);
    await page.getByRole("button", { name: "Ask the model" }).click();
    await expect(page.getByText("refused the request")).toBeVisible();
    expect(await page.getByRole("main").innerText()).not.toContain(canary);
    await page.getByRole("button", { name: "Go on asking" }).click();
    await expect(page.getByText(/^Asked about/)).toBeVisible();

    // Remembered, and used again after a reload.
    const memory = page.getByRole("group", { name: "Remembering the key" });
    await memory.getByLabel("Passphrase").fill(passphrase);
    await memory.getByRole("button", { name: "Remember the key" }).click();
    await expect(
      memory.getByText(/is kept in this browser, encrypted, and is in use/),
    ).toBeVisible();
    await page.reload();
    await page
      .getByLabel("Address of an OpenAI-compatible API")
      .fill(`http://127.0.0.1:${port}/v1/`);
    await memory.getByLabel("Passphrase").fill("another passphrase");
    await memory.getByRole("button", { name: "Unlock" }).click();
    await expect(memory.getByRole("alert")).toContainText("is not the one");
    await expect(page.getByLabel("API key")).toHaveValue("");
    await memory.getByLabel("Passphrase").fill(passphrase);
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("API key")).toHaveValue(canary);
    await expectAccessible(page, "a key that is remembered");
    await expectReachable(page, "a key that is remembered");
    expect(new Set(heard)).toEqual(new Set([`Bearer ${canary}`]));

    await open(page, "#/setup");
    await page.getByRole("radio", { name: /^An API/ }).check();
    await page.getByLabel("API key").fill(canary);
    const [config] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    await open(page, "#/storage");
    const [archive] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export everything" }).click(),
    ]);
    const files = [await config.path(), await archive.path()];
    const { unzipSync } = await import("fflate");
    const unpacked = Object.values(unzipSync(readFileSync(files[1]!))).map((bytes) =>
      Buffer.from(bytes).toString("latin1"),
    );
    const stored = await page.evaluate(async () => {
      const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
      const plain = (_: string, value: unknown) => {
        if (value instanceof ArrayBuffer) return text(new Uint8Array(value));
        return ArrayBuffer.isView(value) ? text(new Uint8Array(value.buffer)) : value;
      };
      const found: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
      found.push(location.href, document.cookie, JSON.stringify(history.state));
      for (const { name } of await indexedDB.databases()) {
        const db = await new Promise<IDBDatabase>((resolve) => {
          const request = indexedDB.open(name!);
          request.onsuccess = () => resolve(request.result);
        });
        for (const store of db.objectStoreNames) {
          const rows = await new Promise<unknown[]>((resolve) => {
            const request = db.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result as unknown[]);
          });
          found.push(JSON.stringify(rows, plain));
        }
        db.close();
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          const response = await cache.match(request);
          const headers = JSON.stringify([...request.headers, ...response!.headers]);
          found.push(request.url + headers + (await response!.text()));
        }
      }
      return found;
    });
    const own = asked.filter(({ url }) => !url.startsWith(`http://127.0.0.1:${port}/`));
    const everything = [
      ...stored,
      ...logs,
      ...own.map((request) => JSON.stringify(request)),
      ...asked.map(({ url, body }) => url + body),
      readFileSync(files[0]!, "utf8"),
      ...unpacked,
    ];
    expect(stored.some((text) => text.includes(`127.0.0.1:${port}`))).toBe(true); // the encrypted row is there
    for (const secret of [canary, btoa(canary), passphrase]) {
      expect(everything.filter((text) => text.includes(secret))).toEqual([]);
    }
    await open(page, `#/agreement/${taskId}`);
    await page
      .getByLabel("Address of an OpenAI-compatible API")
      .fill(`http://127.0.0.1:${port}/v1`);
    await memory.getByRole("button", { name: "Forget the key" }).click();
    await expect(memory.getByText("Its passphrase unlocks it")).toBeHidden();
  } finally {
    api.closeAllConnections();
    api.close();
  }
});
