import { basename } from "node:path";
import { TRIES } from "../core/chat/reply-source";
import type { Corpus } from "../core/corpus/corpus";
import { BUILT_IN_ENCODER, type Encoder } from "../core/encode/encoder";
import { exportOriginal } from "../core/import/export";
import { PARAPHRASE_LIMITS, type ParaphraseLimits } from "../core/paraphrase/judge";
import { type MadeParaphrases, makeParaphrases, paraphraseRequests } from "../core/paraphrase/make";
import { PARAPHRASE_PROMPT, PARAPHRASE_START, PARAPHRASE_TOKENS } from "../core/paraphrase/prompt";
import {
  paraphraseReview,
  passing,
  readParaphraseReview,
  withWordings,
} from "../core/paraphrase/review";
import type { ApiWords } from "./answer-api";
import { loadEncoder } from "./assets";
import { startWasm } from "./backend";
import { atLeastOne, type Command, readArgs, realNumber } from "./command";
import { readingInput, UsageError } from "./errors";
import { interruptible } from "./interrupt";
import { readQuestions, scoredAgain } from "./paraphrase-input";
import { writing } from "./reply-source";
import { readText } from "./read-text";
import { saveFile, saveFiles } from "./shards";
import { apiHelp, makingOf, modelHelp, SOURCE_WORDS, textOptions } from "./source-words";

const { minSimilarity, maxSimilarity, minDistance } = PARAPHRASE_LIMITS;

const help = `Lets a model word questions anew, and keeps what is a paraphrase; docs/paraphrases.md.

Usage: npm run steadfast -- paraphrase QUESTIONS --out FILE.csv
           (--api URL --api-model ID | --model MODEL | --reviewed FILE) [options]

  QUESTIONS            "demo", "everyday-ethics" or a file that import reads; questions alone will do
  --out FILE.csv       question_id, question, paraphrased, score: what import, answer and a study read
  --review FILE.csv    every wording that the model wrote, with keep (yes, no), the reason and its figures
                       (FILE.csv.review.csv)
  --reviewed FILE.csv  asks nothing: FILE is made of the wordings that this review keeps, as they stand there now
  --n N                wordings that a question is to have, with those it has already (5)
  --tries N            times that a question is asked about at most (${TRIES})
  --prompt TEXT        what the model is told; {question} and {n} stand for the question and how many
  --temperature T      (0.8)
  --cache FILE         where replies are kept as they come (FILE.csv.replies.jsonl): neither asked nor paid for again

  --encoder DIR        compares wordings with their question: a sentence encoder (ONNX, in the hub's layout) instead
                       of the built-in use-lite; "none" leaves similarity and score out
  --min-similarity X   below it a wording is too far (${minSimilarity}, measured with use-lite)
  --max-similarity X   above it it is too close (${maxSimilarity})
  --min-distance X     share of characters that must differ (${minDistance})
  --min-score X        least ParaScore, by this encoder and so not the published one (none)

${apiHelp(PARAPHRASE_TOKENS.api)}

${modelHelp(PARAPHRASE_TOKENS.model)}
`;

const TEXTS = [
  ...SOURCE_WORDS,
  ...(["out", "review", "reviewed", "encoder", "n", "tries"] as const),
  ...(["min-similarity", "max-similarity", "min-distance", "min-score"] as const),
];

/** Texts that are named where none passed. */
const EXAMPLES = 5;

export const paraphrase: Command = {
  name: "paraphrase",
  summary: "other wordings of questions, by a model, with what was rejected and why",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        ...textOptions(TEXTS),
        estimate: { type: "boolean", default: false },
      } as const,
      { names: ["QUESTIONS"] },
    );
    const words: ApiWords = Object.fromEntries(TEXTS.map((name) => [name, values[name]]));
    const { kind, out, review } = makingOf(words, values.estimate);
    const settings = {
      n: atLeastOne("--n", words["n"] ?? "5"),
      tries: atLeastOne("--tries", words["tries"] ?? String(TRIES)),
      limits: limitsOf(words),
    };
    const corpus = await readQuestions(positionals[0]!);
    if (kind === "file") {
      const path = words["reviewed"]!;
      const text = await readText(path);
      const kept = readParaphraseReview(text, basename(path), corpus);
      const scored = await scoredAgain(kept, corpus, await encoderOf(words), settings.limits);
      const worded = withWordings(corpus, scored);
      if (worded.questions.length === 0) {
        throw new UsageError(`no question has a wording, so ${out} is not written; see ${path}`);
      }
      await saveFile(out, exportOriginal(worded).text);
      reportCorpus(out, corpus, worded);
      return;
    }

    const prompt = words["prompt"] ?? (kind === "api" ? PARAPHRASE_PROMPT : PARAPHRASE_START);
    const asking = { ...settings, prompt };
    const lacking = corpus.questions.filter(({ paraphrases }) => paraphrases.length < settings.n);
    const first = await readingInput(() => paraphraseRequests(lacking, asking));
    const { estimate } = values;
    const encoder = estimate ? null : await encoderOf(words);
    const made = await writing(
      { words, prompt, tokens: PARAPHRASE_TOKENS, out, estimate },
      first,
      (source) => makeParaphrases(lacking, asking, source, encoder, { signal: interruptible() }),
    );
    if (made === null) return;
    const worded = withWordings(corpus, passing(made));
    if (worded.questions.length === 0) throw new UsageError(nothingPassed(out, made));
    await saveFiles({
      [review]: paraphraseReview(corpus, made),
      [out]: exportOriginal(worded).text,
    });
    report(made, settings.n, corpus, review, encoder);
    reportCorpus(out, corpus, worded);
  },
};

function limitsOf(words: ApiWords): ParaphraseLimits {
  const of = (name: string, standard: number) => {
    const text = words[name];
    return text === undefined ? standard : realNumber(`--${name}`, text);
  };
  const score = words["min-score"];
  const compared = ["min-score", "min-similarity", "max-similarity"].find(
    (name) => words[name] !== undefined,
  );
  if (words["encoder"] === "none" && compared !== undefined) {
    throw new UsageError(`--${compared} needs an encoder; leave out --encoder none`);
  }
  return {
    minSimilarity: of("min-similarity", minSimilarity),
    maxSimilarity: of("max-similarity", maxSimilarity),
    minDistance: of("min-distance", minDistance),
    minScore: score === undefined ? null : realNumber("--min-score", score),
  };
}

async function encoderOf(words: ApiWords): Promise<Encoder | null> {
  const choice = words["encoder"] ?? BUILT_IN_ENCODER;
  if (choice === "none") return null;
  await startWasm();
  return loadEncoder(choice);
}

function report(
  made: readonly MadeParaphrases[],
  n: number,
  { questions }: Corpus,
  review: string,
  encoder: Encoder | null,
): void {
  const candidates = made.flatMap((one) => one.candidates);
  const rejected = candidates.filter(({ reason }) => reason !== null).length;
  const had = new Map(questions.map(({ id, paraphrases }) => [id, paraphrases.length]));
  const short = made.filter((one) => had.get(one.questionId)! + passing([one]).length < n);
  const compared = encoder === null ? "no encoder" : `encoder ${encoder.name}, ${encoder.revision}`;
  const lines = [
    `${candidates.length} wordings written, ${rejected} rejected (${compared}): ${review}`,
    ...(short.length > 0
      ? [`${short.length} questions have fewer than ${n} wordings: --tries, --n, or the review`]
      : []),
    ...made.flatMap(({ questionId, problems }) =>
      problems.slice(0, 1).map((problem) => `question ${questionId}: ${problem}`),
    ),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** Nothing is saved then: the replies are in the cache, and the same command with other filters costs nothing. */
function nothingPassed(out: string, made: readonly MadeParaphrases[]): string {
  const rejected = made.flatMap(({ candidates }) =>
    candidates.map(({ text, reason }) => `“${text}”: ${reason}`),
  );
  const problems = made.flatMap((one) =>
    one.problems.map((why) => `question ${one.questionId}: ${why}`),
  );
  return [
    `no question has a wording: neither ${out} nor its review is written. Give other filters, more --tries or another model`,
    ...[...rejected, ...problems].slice(0, EXAMPLES),
  ].join("\n");
}

function reportCorpus(out: string, before: Corpus, made: Corpus): void {
  const wordings = made.questions.reduce((n, { paraphrases }) => n + paraphrases.length, 0);
  const without = before.questions.length - made.questions.length;
  const left = without === 0 ? "" : `; ${without} questions without a wording are left out`;
  process.stderr.write(
    `${made.questions.length} questions, ${wordings} wordings in ${out}${left}\n`,
  );
}
