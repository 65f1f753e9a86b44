/** Whether a report page says what its data says: every table is computed again and compared. */
import type { AbortSignalLike } from "../../abort";
import type { Encoder } from "../../encode/encoder";
import { LISTED_NAMES, SUMMARISED_NAMES } from "../../measures/registry";
import { sageOfPairs } from "../../sage/sage";
import { select } from "../../select/select";
import { compareModels } from "../../study/compare";
import { measuresOf, summarise } from "../../study/evaluate";
import { scoreAnswers } from "../../study/scoring";
import type { ByteDigest } from "../project/manifest";
import { type ReportedRole, sageById, selectionByCycle, type StudyReport } from "../report";
import { type ReportContent } from "./content";
import { isDataIntact, readReportPage, reportPage } from "./page";

/** What was computed again, how many values of it, and where it differs. */
export interface Check {
  readonly name: string;
  readonly values: number;
  /** Each as a sentence; empty where all is as the page says. */
  readonly differences: readonly string[];
  /** Why it could not be checked; null where it was. */
  readonly skipped: string | null;
}

export interface VerifyOptions {
  readonly digest: ByteDigest;
  /** Computes the scores again from the answers. Null, or another than the report's: that check is skipped and says why. */
  readonly encoder: Encoder | null;
  /** Version of this program. */
  readonly steadfast: string;
  readonly signal: AbortSignalLike;
}

/** A score by the same encoder on another backend may differ in its last digits. */
const TOLERANCE = 1e-5;

/**
 * @param file  name for messages.
 * @throws InputError if the file is no report page, or its data cannot be read: then there is nothing to compare.
 */
export async function verifyReportPage(
  page: string,
  file: string,
  { digest, encoder, steadfast, signal }: VerifyOptions,
): Promise<readonly Check[]> {
  const content = readReportPage(page, file);
  return [
    await checkPage(page, content, digest, steadfast),
    await checkData(page, file, digest),
    checkScores(content),
    checkMeans(content),
    checkMeasures(content),
    checkComparisons(content.report),
    checkSelection(content.report),
    await checkAnswers(content, encoder, signal),
  ];
}

/** The whole file, byte for byte: what stands in its tables, its figures and its checksum. */
async function checkPage(
  page: string,
  content: ReportContent,
  digest: ByteDigest,
  steadfast: string,
): Promise<Check> {
  const name = "The page, byte for byte";
  if (content.steadfast !== steadfast) {
    const skipped = `it was written by Steadfast ${content.steadfast}, and this is ${steadfast}, which may word it otherwise`;
    return { name, values: 0, differences: [], skipped };
  }
  const expected = await reportPage(content, digest);
  const values = expected.length;
  if (page === expected) return { name, values, differences: [], skipped: null };
  const at = Array.from(expected).findIndex((sign, i) => sign !== page[i]);
  const line = expected.slice(0, at === -1 ? values : at).split("\n").length;
  const near = page.slice(Math.max(0, at - 20), at + 20).replaceAll(/\s+/g, " ");
  const differences = [`line ${line} is not what the data gives, near “${near}”`];
  return { name, values, differences, skipped: null };
}

/** The data against its checksum: also of a page by another version, of which the bytes can't be compared. */
async function checkData(page: string, file: string, digest: ByteDigest): Promise<Check> {
  const differences = (await isDataIntact(page, file, digest))
    ? []
    : ["the data is not what its checksum says"];
  return { name: "The data, by its checksum", values: 1, differences, skipped: null };
}

/** SaGE of each question from the similarities of its answers. */
function checkScores({ models, report }: ReportContent): Check {
  const { sageExponent, nodes } = report.config.sage;
  const checked = models.flatMap(({ name, scores, answers }) =>
    scores.map((score) => {
      const texts = answers
        .filter(({ questionId }) => questionId === score.id)
        .flatMap(({ text }) => (text.trim() === "" ? [] : [text]));
      const options = nodes === "text" ? { nodes, texts, sageExponent } : { sageExponent };
      const again = sageOfPairs(score.weights, score.answered.length, options);
      const stated = report.questions.find(({ id }) => id === score.id)?.sage[name];
      return [`question ${score.id}, ${name}`, again.sage, score.sage, stated] as const;
    }),
  );
  return compared(
    "SaGE of each question, from the similarities",
    checked.flatMap(([what, again, score, stated]) => [
      [what, again, score] as const,
      [`${what}, in the table`, again, stated ?? null] as const,
    ]),
  );
}

/** Means, intervals and n, from the scores of the questions. */
function checkMeans({ report }: ReportContent): Check {
  return compared(
    "Means and intervals, from the scores",
    report.models.flatMap((model) => {
      const { name, betweenQuestions } = model;
      const again = summarise(name, sageOf(report, name), betweenQuestions, report.config);
      return [
        [`mean of ${name}`, again.mean, model.mean],
        [`low end of ${name}`, again.interval?.[0] ?? null, model.interval?.[0] ?? null],
        [`high end of ${name}`, again.interval?.[1] ?? null, model.interval?.[1] ?? null],
        [`n of ${name}`, again.n, model.n],
      ] as const;
    }),
  );
}

/** Means, intervals and n of every measure, from those of the questions. */
function checkMeasures({ report, models }: ReportContent): Check {
  const name = "Measures of each model, from those of its questions";
  const values = report.models.flatMap((model) => {
    const { measures } = model;
    if (!measures) return [];
    const scores = models.find(({ name }) => name === model.name)?.scores ?? [];
    const again = measuresOf(scores, report.config);
    return SUMMARISED_NAMES.flatMap((measure) => {
      const [found, stated] = [again[measure], measures[measure]];
      const of = `${measure} of ${model.name}`;
      return [
        [`mean ${of}`, found?.mean ?? null, stated?.mean ?? null],
        [`low end ${of}`, found?.interval?.[0] ?? null, stated?.interval?.[0] ?? null],
        [`high end ${of}`, found?.interval?.[1] ?? null, stated?.interval?.[1] ?? null],
        [`n ${of}`, found?.n ?? null, stated?.n ?? null],
      ] as const;
    });
  });
  if (values.length > 0) return compared(name, values);
  const skipped = "it was written before there were measures";
  return { name, values: 0, differences: [], skipped };
}

/** Differences, intervals, wins and p, from the scores of the questions. */
function checkComparisons(report: StudyReport): Check {
  return compared(
    "Comparisons, from the scores",
    report.comparisons.flatMap((stated) => {
      const model = (name: ReportedRole) => ({ name, sage: sageOf(report, name) });
      const again = compareModels(model(stated.name), model(stated.against), report.config);
      const of = `${stated.name} against ${stated.against}`;
      return [
        [`difference of ${of}`, again?.meanDifference ?? null, stated.meanDifference],
        [`low end of ${of}`, again?.interval?.[0] ?? null, stated.interval?.[0] ?? null],
        [`high end of ${of}`, again?.interval?.[1] ?? null, stated.interval?.[1] ?? null],
        [`higher of ${of}`, again?.higher ?? null, stated.higher],
        [`lower of ${of}`, again?.lower ?? null, stated.lower],
        [`equal of ${of}`, again?.equal ?? null, stated.equal],
        [`n of ${of}`, again?.n ?? null, stated.n],
        [`p of ${of}`, again?.p ?? null, stated.p],
      ] as const;
    }),
  );
}

/** Thresholds and decisions of each cycle, from the scores they were taken on. */
function checkSelection(report: StudyReport): Check {
  return compared(
    "Selection, from the scores and the threshold",
    selectionByCycle(report).flatMap(({ cycle, records }) =>
      select(records, report.config.selection).flatMap((again, i) => [
        [
          `threshold of question ${again.id}, cycle ${cycle}`,
          again.threshold,
          records[i]!.threshold,
        ] as const,
        [
          `decision on question ${again.id}, cycle ${cycle}`,
          again.decision,
          records[i]!.decision,
        ] as const,
      ]),
    ),
  );
}

/** The similarities themselves, and the control, from the answers by the report's encoder. */
async function checkAnswers(
  { models, report }: ReportContent,
  encoder: Encoder | null,
  signal: AbortSignalLike,
): Promise<Check> {
  const name = "Similarities, measures and control, from the answers";
  if (encoder?.name !== report.encoder.name || encoder.revision !== report.encoder.revision) {
    const skipped = `its encoder, ${report.encoder.name} (${report.encoder.revision}), is not at hand`;
    return { name, values: 0, differences: [], skipped };
  }
  const sage = { ...report.config.sage, answerWeight: 1 }; // as a study scores: answers alone
  const values: (readonly [string, number | null, number | null])[] = [];
  for (const model of models) {
    const again = await scoreAnswers(model.answers, encoder, sage, { signal });
    const control = report.models.find(({ name }) => name === model.name)?.betweenQuestions ?? null;
    values.push([`control of ${model.name}`, again.betweenQuestions, control]);
    for (const [i, score] of model.scores.entries()) {
      for (const name of LISTED_NAMES) {
        const stated = score.measures?.[name];
        if (!stated) continue;
        const found = again.scores[i]?.measures?.[name]?.value ?? null;
        values.push([`${name} of question ${score.id}, ${model.name}`, found, stated.value]);
      }
      score.weights.forEach((weight, k) => {
        const found = again.scores[i]?.weights[k] ?? null;
        values.push([`similarity ${k + 1} of question ${score.id}, ${model.name}`, found, weight]);
      });
    }
  }
  return compared(name, values, TOLERANCE);
}

type Compared = readonly [what: string, again: Stated, stated: Stated];
type Stated = number | string | null;

function compared(name: string, values: readonly Compared[], tolerance = 0): Check {
  const differences = values.flatMap(([what, again, stated]) =>
    equal(again, stated, tolerance)
      ? []
      : [`${what}: the page says ${stated}, computed again it is ${again}`],
  );
  return { name, values: values.length, differences, skipped: null };
}

function equal(a: Stated, b: Stated, tolerance: number): boolean {
  if (typeof a === "number" && typeof b === "number")
    return Math.abs(a - b) <= tolerance || Object.is(a, b);
  return a === b;
}

function sageOf(report: StudyReport, name: ReportedRole) {
  return sageById(
    report.questions
      .filter(({ split }) => split === "evaluation")
      .map(({ id, sage }) => ({ id, sage: sage[name] })),
  );
}
