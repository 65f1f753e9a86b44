import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { builtFiles, scriptOf } from "./service-worker";

const folder = mkdtempSync(join(tmpdir(), "steadfast-site-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "demo/model"), { recursive: true });
for (const name of [
  "index.html",
  "demo/a.json",
  "demo/model/weights",
  "service-worker.js",
  "offline.json",
]) {
  writeFileSync(join(folder, name), "abc");
}

test("every file is listed with its hash, the page as the folder itself, large ones not to fetch at once", () => {
  const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(builtFiles(folder)).toEqual([
    { path: "", bytes: 3, hash, eager: true },
    { path: "demo/a.json", bytes: 3, hash, eager: true },
    { path: "demo/model/weights", bytes: 3, hash, eager: false },
  ]);
});

test("the script is a classic one, and changes when a file does", () => {
  const script = scriptOf(builtFiles(folder), "work();\nexport {};\n");
  expect(script).not.toContain("export");
  writeFileSync(join(folder, "demo/a.json"), "abd");
  expect(scriptOf(builtFiles(folder), "work();\nexport {};\n")).not.toBe(script);
});
