import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { POLICY } from "./content-security-policy";

test("the policy allows no inline or eval'd script, no foreign origin and no markup from text", () => {
  expect(POLICY).not.toMatch(/'unsafe-inline'|'unsafe-eval'|https?:|\*/);
  expect(POLICY).toMatch(/^default-src 'none';/);
  expect(POLICY).toContain("require-trusted-types-for 'script'");
});

test("no view and no module turns text into markup or code", () => {
  const sinks =
    /\{@html|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function/;
  const files = ["src", "workers"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(svelte|ts)$/.test(name))
      .map((name) => join(folder, name)),
  );
  expect(files.length).toBeGreaterThan(100);
  const using = files.filter((file) => sinks.test(readFileSync(file, "utf8")));
  expect(using).toEqual([]);
});
