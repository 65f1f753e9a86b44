/** `steadfast compare` as a user meets it: refusals, and two methods from nothing to their table. */
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StudyConfigInput } from "../../src/core/study/config";
import { quickestStudy } from "../browser/quickest-study";
import { buildSteadfast, folderOf, type Steadfast } from "./steadfast";

let steadfast: Steadfast;
const folders: string[] = [];

beforeAll(async () => {
  steadfast = await buildSteadfast();
});
afterAll(async () => {
  await steadfast.remove();
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function configs(of: Readonly<Record<string, StudyConfigInput>>): Promise<string> {
  const files = Object.entries(of).map(([name, input]) => [`${name}.json`, JSON.stringify(input)]);
  const folder = await folderOf(Object.fromEntries(files) as Record<string, string>);
  folders.push(folder);
  return folder;
}

const compare = (cwd: string, ...argv: string[]) => steadfast.run(["compare", ...argv], { cwd });
const method = (name: "grpo" | "dpo"): StudyConfigInput => ({
  ...quickestStudy,
  sampling: { maxNewTokens: 2 },
  rollouts: { passes: 1, maxSteps: 1, method: name },
});

test("what does not compare is refused, and nothing is written", async () => {
  const folder = await configs({
    grpo: method("grpo"),
    other: { ...method("dpo"), corpus: "everyday-ethics" },
  });
  const refusals: readonly [string[], string][] = [
    [["grpo.json"], "--out DIR is missing"],
    [["grpo.json", "grpo.json", "--out", "x"], "two methods are named grpo"],
    [["grpo.json", "other.json", "--out", "x"], 'other has corpus "everyday-ethics"'],
    [["grpo.json", "--out", "x", "--seeds", "0"], "--seeds must be 1 or more"],
    [["nothing.json", "--out", "x"], "nothing.json"],
  ];
  for (const [argv, message] of refusals) {
    const { code, stderr, stdout } = await compare(folder, ...argv);
    expect([argv, code, stdout]).toEqual([argv, 2, ""]);
    expect(stderr).toContain(message);
  }
  expect(existsSync(join(folder, "x"))).toBe(false);
}, 120_000);

test("two methods run at a time and give a table; again, nothing is run again", async () => {
  const folder = await configs({ grpo: method("grpo"), dpo: method("dpo") });
  const argv = ["grpo.json", "dpo.json", "--seeds", "1", "--jobs", "2", "--out", "out"];
  const first = await compare(folder, ...argv);
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("(2 of 2)")]);
  expect(first.stdout).toMatch(/\| grpo \| 0\.\d{3} \| [+−]?0\.\d{3} \[/);
  expect(await readFile(join(folder, "out/comparison.md"), "utf8")).toBe(first.stdout);
  const record = JSON.parse(await readFile(join(folder, "out/comparison.json"), "utf8")) as {
    format: string;
    questions: number;
    results: readonly { method: string; sampled: number }[];
  };
  expect(record).toMatchObject({ format: "steadfast-comparison", questions: 2 });
  expect(record.results.map(({ method: name, sampled }) => [name, sampled])).toEqual([
    ["grpo", 5],
    ["dpo", 5],
  ]);

  const again = await compare(folder, ...argv);
  expect(again.stderr).toContain("2 of 2 runs are finished already");
  expect(again.stderr).not.toContain("begins");
  expect(again.stdout).toBe(first.stdout);

  const longer = { ...method("grpo"), sampling: { maxNewTokens: 3 } };
  await writeFile(join(folder, "grpo.json"), JSON.stringify(longer));
  const changed = await compare(folder, ...argv);
  expect(changed.code).toBe(2);
  expect(changed.stderr).toContain("out holds grpo-seed-1 with other settings");
}, 240_000);
