import { basename } from "node:path";
import { parseQuestionId } from "../core/corpus/corpus";
import { importMcc } from "../core/corpus/mcc";
import { type CsvTable, parseCsv, toCsv } from "../core/format/csv";
import { TRIES } from "../core/chat/reply-source";
import { answersWithoutRot, makeRots, rotRequests } from "../core/rots/make";
import { ROT_PROMPT, ROT_START, ROT_TOKENS } from "../core/rots/prompt";
import {
  type KeptRot,
  passingRots,
  readRotReview,
  rotReview,
  ruleFinder,
} from "../core/rots/review";
import type { ApiWords } from "./answer-api";
import { atLeastOne, type Command, readArgs } from "./command";
import { readingInput } from "./errors";
import { interruptible } from "./interrupt";
import { writing } from "./reply-source";
import { readText } from "./read-text";
import { saveFile, saveFiles } from "./shards";
import { apiHelp, makingOf, modelHelp, SOURCE_WORDS, textOptions } from "./source-words";

const help = `Lets a model draw a Rule of Thumb from each answer, for SaGE's mix of answers and rules; docs/paraphrases.md.

Usage: npm run steadfast -- rots ANSWERS.csv --out FILE.csv
           (--api URL --api-model ID | --model MODEL | --reviewed FILE) [options]

  ANSWERS.csv          question_id, question, paraphrased, model_output[, rot]: as answer writes it. Answers that
                       have a rule keep it, empty ones get none
  --out FILE.csv       the same table with the column rot: what import and score read
  --review FILE.csv    every rule that the model wrote, with keep (yes, no) and the reason (FILE.csv.review.csv)
  --reviewed FILE.csv  asks nothing: FILE is made of the rules that this review keeps, as they stand there now
  --tries N            times that an answer is asked about at most (${TRIES})
  --prompt TEXT        what the model is told; {question} and {answer} stand for the wording and its answer
  --temperature T      (0.8)
  --cache FILE         where replies are kept as they come (FILE.csv.replies.jsonl): neither asked nor paid for again

SaGE counts rules only where every answer that says something has one; else it scores answers alone, and says so.

${apiHelp(ROT_TOKENS.api)}

${modelHelp(ROT_TOKENS.model)}
`;

const TEXTS = [...SOURCE_WORDS, ...(["out", "review", "reviewed", "tries"] as const)];
const REQUIRED = ["question_id", "question", "paraphrased", "model_output"] as const;

type Answers = CsvTable<(typeof REQUIRED)[number]>;

export const rots: Command = {
  name: "rots",
  summary: "a Rule of Thumb of each answer, by a model, with what was rejected and why",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        ...textOptions(TEXTS),
        estimate: { type: "boolean", default: false },
      } as const,
      { names: ["ANSWERS.csv"] },
    );
    const words: ApiWords = Object.fromEntries(TEXTS.map((name) => [name, values[name]]));
    const { kind, out, review } = makingOf(words, values.estimate);
    const tries = atLeastOne("--tries", words["tries"] ?? String(TRIES));
    const file = basename(positionals[0]!);
    const text = await readText(positionals[0]!);
    const table: Answers = parseCsv(text, file, REQUIRED);
    const lacking = answersWithoutRot(importMcc(text, file, null, "keep").questions);
    if (kind === "file") {
      const path = words["reviewed"]!;
      const kept = readRotReview(await readText(path), basename(path), lacking);
      const { text: ruled, summary } = ruledTable(table, kept);
      await saveFile(out, ruled);
      process.stderr.write(`${kept.length} rules in ${out}; ${summary}\n`);
      return;
    }

    const prompt = words["prompt"] ?? (kind === "api" ? ROT_PROMPT : ROT_START);
    const first = await readingInput(() => rotRequests(lacking, { prompt }));
    const { estimate } = values;
    const made = await writing(
      { words, prompt, tokens: ROT_TOKENS, out, estimate },
      first,
      (source) => makeRots(lacking, { prompt, tries }, source, { signal: interruptible() }),
    );
    if (made === null) return;
    const kept = passingRots(made);
    const { text: ruled, summary } = ruledTable(table, kept);
    await saveFiles({ [review]: rotReview(made), [out]: ruled });
    const rejected = made.filter(({ reason }) => reason !== null).length;
    process.stderr.write(`${made.length} rules written, ${rejected} rejected: ${review}\n`);
    process.stderr.write(`${kept.length} rules in ${out}; ${summary}\n`);
  },
};

/** The table as it came, with the rules in their column, and what SaGE makes of it. */
function ruledTable({ columns, rows }: Answers, kept: readonly KeptRot[]) {
  const ruleOf = ruleFinder(kept);
  const seen = new Map<string, number>();
  let lacking = 0;
  const written = rows.map(({ values }) => {
    const id = values.question_id.trim();
    const paraphrase = seen.get(id) ?? 0;
    seen.set(id, paraphrase + 1);
    const rot = values["rot"]?.trim() || ruleOf(parseQuestionId(id), paraphrase) || "";
    if (rot === "" && values.model_output.trim() !== "") lacking++;
    return { ...values, rot };
  });
  const names = columns.includes("rot") ? columns : [...columns, "rot"];
  const summary =
    lacking === 0
      ? "every answer has a rule"
      : `answers without a rule: ${lacking}. SaGE scores answers alone until each has one`;
  return { text: toCsv(names, written), summary };
}
