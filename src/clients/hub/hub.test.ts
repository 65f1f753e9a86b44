import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { COMMIT, type HubServer, serveHub } from "../../../tests/fixtures/hub-server";
import { demoModelFiles, memoryFolder } from "../../../tests/fixtures/model-folders";
import { parseRepository } from "../../core/models/target";
import { type DownloadProgress, downloadModel, readConfig } from "./download";
import { listModel } from "./listing";

const WEIGHTS = "model.safetensors";
const files = demoModelFiles();
const size = files.get(WEIGHTS)!.length;
const { signal } = new AbortController();
const options = { signal, retries: { attempts: 2, waitMs: 1 } };

let hub: HubServer;
beforeEach(async () => {
  hub = await serveHub(new Map([["lab/mini", files]]));
});
afterEach(() => hub.close());

const list = (id = "lab/mini") => listModel(parseRepository(id), hub.host, options);
const weightRequests = () => hub.asked.filter(({ path }) => path.startsWith("/cdn/"));

test("a branch is pinned to its commit, and every file is asked for at that commit and checked", async () => {
  const folder = memoryFolder();
  const listing = await list();
  expect(listing.commit).toBe(COMMIT);
  const loaded = await downloadModel(listing, folder, options);
  expect(loaded.map(({ name }) => name)).toEqual([
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    WEIGHTS,
  ]);
  for (const { name, bytes, sha256 } of loaded) {
    expect(Buffer.from(folder.files.get(name)!).equals(Buffer.from(files.get(name)!))).toBe(true);
    expect(bytes).toBe(files.get(name)!.length);
    expect(sha256).toBe(createHash("sha256").update(files.get(name)!).digest("hex"));
  }
  const resolved = hub.asked.filter(({ path }) => path.includes("/resolve/"));
  expect(resolved.every(({ path }) => path.startsWith(`/lab/mini/resolve/${COMMIT}/`))).toBe(true);
});

test("a download that breaks off goes on where it was, and asks for no byte twice", async () => {
  hub.cuts.push(3_000_000, 2_000_000);
  const folder = memoryFolder();
  await downloadModel(await list(), folder, options);
  const ranges = weightRequests().map(({ range }) => range);
  expect(ranges).toEqual([null, "bytes=3000000-", "bytes=5000000-"]);
  expect(weightRequests().reduce((sum, { sent }) => sum + sent, 0)).toBe(size);
});

test("after a cancel the part stays, the next attempt loads only the rest, and the whole is checked", async () => {
  const folder = memoryFolder();
  const controller = new AbortController();
  const half = (progress: DownloadProgress) => {
    if (progress.done > size / 2) controller.abort();
  };
  const cancelled = downloadModel(await list(), folder, {
    ...options,
    signal: controller.signal,
    onProgress: half,
  });
  await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
  const kept = folder.files.get(WEIGHTS)!.length;
  expect(kept).toBeGreaterThan(size / 2);
  expect(kept).toBeLessThan(size);

  const seen: DownloadProgress[] = [];
  const onProgress = (progress: DownloadProgress) => void seen.push(progress);
  await downloadModel(await list(), folder, { ...options, onProgress });
  expect(weightRequests().at(-1)).toMatchObject({ range: `bytes=${kept}-`, sent: size - kept });
  expect(seen[0]).toMatchObject({ file: WEIGHTS, done: kept, total: size });
  expect(seen.at(-1)).toMatchObject({ done: size });
  expect(seen.at(-1)!.allDone).toBe(seen.at(-1)!.allTotal);
});

test("what is there and whole is not loaded again", async () => {
  const folder = memoryFolder();
  await downloadModel(await list(), folder, options);
  hub.asked.length = 0;
  await downloadModel(await list(), folder, options);
  expect(hub.asked.map(({ path }) => path)).toEqual(["/api/models/lab/mini/revision/main"]);
});

test("a server without ranges sends the whole file again, which is then right all the same", async () => {
  hub.ignoresRanges = true;
  hub.cuts.push(3_000_000);
  const folder = memoryFolder();
  await downloadModel(await list(), folder, options);
  expect(Buffer.from(folder.files.get(WEIGHTS)!).equals(Buffer.from(files.get(WEIGHTS)!))).toBe(
    true,
  );
});

test.each(["tokenizer.json", WEIGHTS])(
  "a changed %s is refused by its name and deleted",
  async (name) => {
    const changed = files.get(name)!.slice();
    changed[1000]! ^= 1;
    hub.changed.set(name, changed);
    const folder = memoryFolder();
    await expect(downloadModel(await list(), folder, options)).rejects.toThrow(
      `${name} of lab/mini at ${hub.host} is not the file that commit 607a30d lists`,
    );
    expect(folder.files.has(name)).toBe(false);
  },
);

test("a part that was damaged on disk is found out, and the next attempt starts anew", async () => {
  const folder = memoryFolder();
  folder.files.set(WEIGHTS, new Uint8Array(2_000_000)); // what a crash may leave: zeros
  await expect(downloadModel(await list(), folder, options)).rejects.toThrow("It was deleted");
  await downloadModel(await list(), folder, options);
  expect(weightRequests().map(({ range }) => range)).toEqual(["bytes=2000000-", null]);
});

test("a file that is longer or shorter than listed is refused", async () => {
  const folder = memoryFolder();
  hub.changed.set(WEIGHTS, Buffer.concat([files.get(WEIGHTS)!, Buffer.from("more")]));
  await expect(downloadModel(await list(), folder, options)).rejects.toThrow(WEIGHTS);
  hub.changed.set(WEIGHTS, files.get(WEIGHTS)!.subarray(0, 2_000_000));
  await expect(downloadModel(await list(), folder, options)).rejects.toThrow(
    "model.safetensors broke off, asked for lab/mini",
  );
});

test("what may pass is asked for again; what does not is explained with a remedy", async () => {
  hub.refusals.push(503);
  await list();
  await expect(list("lab/none")).rejects.toThrow("can't be had without a login (401)");
  await expect(list("lab/mini@old")).rejects.toThrow("has no revision old. Check the branch");
  hub.refusals.push(429, 429);
  await expect(list()).rejects.toThrow("answers 429, asked for lab/mini");
  hub.close();
  await expect(list()).rejects.toThrow("Check the connection, or name a mirror");
  await expect(list()).rejects.toMatchObject({ name: "HubError" });
});

test("config.json is checked before anything else is loaded", async () => {
  expect(JSON.parse(await readConfig(await list(), options))).toMatchObject({ model_type: "gpt2" });
  hub.changed.set("config.json", new TextEncoder().encode("{}"));
  await expect(readConfig(await list(), options)).rejects.toThrow("config.json of lab/mini");
});

test("a host that is no hub, and a repository without safetensors, are named", async () => {
  const other = await serveHub(
    new Map([
      [
        "lab/old",
        new Map([
          ["config.json", Buffer.from("{}")],
          ["pytorch_model.bin", Buffer.from("x")],
        ]),
      ],
    ]),
  );
  try {
    const listing = await listModel(parseRepository("lab/old"), other.host, options);
    await expect(readConfig(listing, options)).rejects.toThrow(
      "has no model.safetensors, only pytorch_model.bin",
    );
    hub.changed.set("x", new Uint8Array());
  } finally {
    other.close();
  }
});
