import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyEncoder } from "../../tests/fixtures/tiny-encoder";
import { loadEncoder } from "./assets";
import { UsageError } from "./errors";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "encoder-"));
  for (const [file, content] of tinyEncoder()) {
    const path = join(root, "tiny", file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
});
afterAll(() => rm(root, { recursive: true }));

test("an encoder is loaded from a folder, named by it, relative to where the config lies", async () => {
  const encoder = await loadEncoder("tiny", root);
  expect(encoder.name).toBe("tiny");
  expect(encoder.revision).toMatch(/^sha256:/);
  expect((await encoder.embed(["Lying is right"]))[0]).toBeAllClose([4 / 5, 3 / 5]);
});

test("a folder that isn't there, or is no encoder, is wrong use: named with what to do", async () => {
  const missing = loadEncoder("owner/name", root);
  await expect(missing).rejects.toThrow(`there is no folder ${join(root, "owner/name")}`);
  await expect(missing).rejects.toBeInstanceOf(UsageError);
  const empty = loadEncoder(basename(root), dirname(root));
  await expect(empty).rejects.toThrow(`${root} has no config.json. A model in ONNX needs`);
  await expect(empty).rejects.toBeInstanceOf(UsageError);
});
