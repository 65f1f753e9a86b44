import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { build } from "vite";
import { builtFiles, scriptOf, serviceWorker } from "./service-worker";

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

test("a build that fails shows its own error, not that there are no files to list", async () => {
  const root = mkdtempSync(join(tmpdir(), "steadfast-broken-"));
  writeFileSync(join(root, "index.html"), '<script type="module" src="./broken.js"></script>');
  writeFileSync(join(root, "broken.js"), "const = 1;");
  const config = { root, configFile: false, logLevel: "silent" } as const;
  await expect(build({ ...config, plugins: [serviceWorker()] })).rejects.toThrow("broken.js");
  writeFileSync(join(root, "broken.js"), "console.log(1);");
  await build({ ...config, plugins: [serviceWorker()] });
  expect(builtFiles(join(root, "dist")).map(({ path }) => path)).toContain("");
  expect(readFileSync(join(root, "dist/service-worker.js"), "utf8")).toContain("SITE_FILES");
  rmSync(root, { recursive: true });
});
