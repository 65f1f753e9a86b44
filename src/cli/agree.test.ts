import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { agree } from "./agree";
import { exitCode } from "./errors";

/** What the command prints. */
async function output(...argv: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  await agree.run(argv);
  return write.mock.calls.map(([text]) => String(text)).join("");
}

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "steadfast-agree-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "r.csv");
  writeFileSync(path, text);
  return path;
}

const json = async (...argv: string[]) => JSON.parse(await output(...argv, "--json")) as unknown;

test("prints exactly the promised JSON", async () => {
  const path = file("a,b\nY,Y\nN,Y\nN,N\nNA,Y\n");
  const result = await json(path, "--raters", "a,b", "--bootstrap", "50");
  expect(result).toEqual({
    alpha: expect.closeTo(4 / 9, 12) as number,
    interval: [expect.any(Number), expect.any(Number)],
    level: "nominal",
    na: "missing",
    pairableUnits: 3,
    pairableValues: 6,
    raters: ["a", "b"],
    observedDisagreement: expect.closeTo(1 / 3, 12) as number,
    expectedDisagreement: expect.closeTo(0.6, 12) as number,
    undefined: null,
  });
});

test("an undefined α is null with a sentence", async () => {
  const path = file("a,b\nY,Y\nY,Y\n");
  expect(await json(path, "--raters", "a,b")).toMatchObject({
    alpha: null,
    interval: null,
    undefined: 'all 4 ratings are "Y": without variation, agreement beyond chance is undefined',
  });
});

test.each([
  [[], "--raters is missing: name the raters' columns. See --help."],
  [["--raters", "a,a"], '--raters names "a" twice'],
  [["--raters", "a,"], '--raters has an empty name in "a,"'],
  [
    ["--raters", "a,b", "--level", "odd"],
    '--level must be nominal, ordinal, interval or ratio, got "odd"',
  ],
  [["--raters", "a,b", "--na", "x"], '--na must be missing or category, got "x"'],
  [["--raters", "a,b", "--rows", "2-9"], '--rows must be FROM-TO within 1-2, got "2-9"'],
  [
    ["--raters", "a,b", "--bootstrap", "many"],
    '--bootstrap must be a whole number from 0 to 2^53 − 1, got "many"',
  ],
  [
    ["--raters", "a,b", "--level", "interval"],
    'r.csv, row 3, column "a": "x" is not a number, as level interval needs. Write it like 3 or 0.71, leave it empty if it is missing, or use level nominal.',
  ],
  [
    ["--raters", "a,z"],
    'r.csv, row 1, column "z": the column is missing; the file has "a", "b". Name the column so in the first row.',
  ],
  [
    ["--raters", "a,b", "--level", "ratio", "--na", "category"],
    '--na category needs --level nominal: "NA" has no place on a scale',
  ],
])("refuses %j with exit code 2", async (options, message) => {
  const error: unknown = await agree
    .run([file("a,b\n1,2\nx,3\n"), ...options])
    .catch((e: unknown) => e);
  expect((error as Error).message).toBe(message);
  expect(exitCode(error)).toBe(2);
});

const mcc = "../shared/data/mcc/human-annotations.csv";
describe.skipIf(!existsSync(mcc))("the human annotations (skipped without ../shared/data)", () => {
  const raters = ["--raters", "ann1,ann2,ann3"];
  test.each([
    [[], 250809 / 288770, 996],
    [["--na", "category"], 0.843089227854854, 1000],
    [["--rows", "1-500"], 0.7697417071277254, 500],
    [["--rows", "501-1000"], 0.9441431578947368, 496],
  ])("with %j α is %d over %d units", async (options, alpha, pairableUnits) => {
    const result = await json(mcc, ...raters, ...options);
    expect(result).toMatchObject({ alpha: expect.closeTo(alpha, 12) as number, pairableUnits });
  });

  test("the text shows both policies and that agreement rose from half to half", async () => {
    const text = await output(mcc, ...raters);
    expect(text).toContain("* NA missing      α 0.8685 [0.8390, 0.8957]  996 units, 2959 ratings");
    expect(text).toContain("  NA as category  α 0.8431");
    expect(text).toContain("rows       1–500  α 0.7697 [0.7140, 0.8223]");
    expect(text).toContain("rows    501–1000  α 0.9441 [0.9159, 0.9686]");
    expect(text).toContain(
      "Agreement rose: the intervals of the first and the last block don't meet.",
    );
  });
});
