import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { InputError } from "../input-error";
import type { ReportContent } from "./content";
import { letterCounts, smallContent } from "./content.fixture";
import { readReportPage, reportPage } from "./page";
import { type Check, verifyReportPage } from "./verify";

const digest = async (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const { signal } = new AbortController();
const verify = (page: string, encoder: typeof letterCounts | null = letterCounts) =>
  verifyReportPage(page, "report.html", { digest, encoder, steadfast: "0.0.1", signal });
const differing = (checks: readonly Check[]) => checks.filter((c) => c.differences.length > 0);

let content: ReportContent;
let page: string;
beforeAll(async () => {
  content = await smallContent();
  page = await reportPage(content, digest);
});

test("a page as it was written verifies without a difference, and every check computes something", async () => {
  const checks = await verify(page);
  expect(differing(checks)).toEqual([]);
  expect(checks.map(({ skipped }) => skipped)).toEqual(Array(8).fill(null));
  expect(checks.every(({ values }) => values > 0)).toBe(true);
});

test("what a page carries comes back as it went in, and is the same page again", async () => {
  const back = readReportPage(page, "report.html");
  expect(back).toEqual(content);
  expect(await reportPage(back, digest)).toBe(page);
});

test("any altered byte is caught", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: page.length - 1 }),
      fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      async (at, sign) => {
        fc.pre(page[at] !== sign);
        const altered = page.slice(0, at) + sign + page.slice(at + 1);
        try {
          expect(differing(await verify(altered)).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("an altered version is caught by the checksum, though its bytes are then not compared", async () => {
  const altered = page.replace('"steadfast":"0.0.1"', '"steadfast":"0.0.2"');
  const [bytes, data] = await verify(altered);
  expect(bytes!.skipped).toContain("written by Steadfast 0.0.2");
  expect(data!.differences).toEqual(["the data is not what its checksum says"]);
});

test("texts that look like what the page escapes are the data they were", async () => {
  for (const text of ["<<b>", String.raw`\u003c`, String.raw`\<\\<`, "\\"]) {
    const target = `demo ${text}`;
    const odd = await reportPage({ ...content, report: { ...content.report, target } }, digest);
    expect((await verify(odd))[1]!.differences, text).toEqual([]);
  }
});

test("a page made anew from altered figures is caught by the check that computes them", async () => {
  const { report, models } = content;
  const rewritten = async (changes: Partial<ReportContent>) =>
    differing(await verify(await reportPage({ ...content, ...changes }, digest))).map(
      (c) => c.name,
    );

  const mean = { ...report.models[1]!, mean: 0.99 };
  expect(await rewritten({ report: { ...report, models: report.models.with(1, mean) } })).toEqual([
    "Means and intervals, from the scores",
  ]);

  const flips = { ...report.models[1]!.measures!.refusalRate!, mean: 0.99 };
  const measured = {
    ...report.models[1]!,
    measures: { ...report.models[1]!.measures, refusalRate: flips },
  };
  expect(
    await rewritten({ report: { ...report, models: report.models.with(1, measured) } }),
  ).toEqual(["Measures of each model, from those of its questions"]);

  const p = { ...report.comparisons[0]!, p: 0.001 };
  expect(
    await rewritten({ report: { ...report, comparisons: report.comparisons.with(0, p) } }),
  ).toEqual(["Comparisons, from the scores"]);

  const kept = { ...report.selection[0]!, decision: "unscored" as const };
  expect(
    await rewritten({ report: { ...report, selection: report.selection.with(0, kept) } }),
  ).toEqual(["Selection, from the scores and the threshold"]);

  const [baseline, ...others] = models;
  const answers = baseline!.answers.with(0, { ...baseline!.answers[0]!, text: "quite another" });
  expect(await rewritten({ models: [{ ...baseline!, answers }, ...others] })).toEqual([
    "Similarities, measures and control, from the answers",
  ]);

  const score = { ...baseline!.scores[0]!, sage: 0.5 };
  const scores = baseline!.scores.with(0, score);
  expect(await rewritten({ models: [{ ...baseline!, scores }, ...others] })).toEqual([
    "SaGE of each question, from the similarities",
  ]);
});

test("without the report's encoder, or by another version, what cannot be checked says why", async () => {
  const withoutEncoder = await verify(page, null);
  expect(withoutEncoder.at(-1)!.skipped).toContain("letters (1), is not at hand");
  const options = { digest, encoder: letterCounts, steadfast: "9.9.9", signal };
  const [bytes, ...others] = await verifyReportPage(page, "report.html", options);
  expect(bytes!.skipped).toContain("written by Steadfast 0.0.1");
  expect(others.every(({ skipped }) => skipped === null)).toBe(true);
});

function without<T extends { readonly measures?: unknown }>(value: T): Omit<T, "measures"> {
  const kept = Object.entries(value).filter(([key]) => key !== "measures");
  return Object.fromEntries(kept) as Omit<T, "measures">;
}

test("a page of before there were measures verifies, and says that there are none", async () => {
  const { report, models } = content;
  const bare = {
    ...content,
    report: {
      ...report,
      models: report.models.map(without),
    },
    models: models.map((model) => ({
      ...model,
      scores: model.scores.map(without),
    })),
  };
  const checks = await verify(await reportPage(bare, digest));
  expect(differing(checks)).toEqual([]);
  expect(checks.flatMap(({ skipped }) => skipped ?? [])).toEqual([
    "it was written before there were measures",
  ]);
});

test("a file that is no report page is refused by name", async () => {
  await expect(verify("<!doctype html><p>hello")).rejects.toThrow(
    "report.html: it is no report page of Steadfast. Choose the report.html that a study wrote.",
  );
});
