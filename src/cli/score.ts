import { basename } from "node:path";
import type { Question } from "../core/corpus/corpus";
import { importEdges } from "../core/corpus/edges";
import { importMcc } from "../core/corpus/mcc";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import { clusterThresholdOf } from "../core/measures/cluster-threshold";
import { bleu } from "../core/metrics/bleu";
import { rougeL } from "../core/metrics/rouge-l";
import { sageOfPairs } from "../core/sage/sage";
import { WHOLE } from "../core/shard/shard";
import {
  areRulesCompared,
  type ScoringConfig,
  scoreQuestions,
  withControl,
} from "../core/study/scoring";
import { loadEncoder, loadInference } from "./assets";
import { startWasm } from "./backend";
import { checkOutputs, type Command, readArgs, realNumber, wholeNumber } from "./command";
import { UsageError } from "./errors";
import { interruptible } from "./interrupt";
import { progressLine } from "./progress-line";
import { readText } from "./read-text";
import { answered, readAgain } from "./score-input";
import { pairsCsv } from "./score-pairs";
import { resultCsv, resultJson, resultTable, type Scored, scoreResult } from "./score-result";
import { comparedBy, scoreShardRow, type ScoreSettings } from "./score-shard";
import { jobOf, saveFile, saveShard, SHARD_HELP, shardOption, takeShard } from "./shards";

const help = `Scores answers with SaGE and the measures beside it, question by question.

Usage: npm run steadfast -- score FILE.csv [options]

FILE.csv has a row an answer (question_id, question, paraphrased, model_output[, rot]),
or, with --weights, a row a pair of answers and its similarity in COLUMN.

  --weights COLUMN     take the similarities from this column; nothing is encoded
  --encoder DIR        compare answers with the sentence encoder in this folder (ONNX, in the hub's layout)
                       instead of the built-in use-lite; scores by different encoders can't be compared
  --nli DIR            count contradictions with the cross-encoder in this folder (ONNX, in the hub's layout)
  --again FILE.csv     answers to the same wordings, asked again: how far answers differ whatever the wording
  --cluster-threshold X  from which similarity on two answers are one meaning (measured for use-lite and
                       stsb-distilroberta-base-v2; docs/measures.md)
  --answer-weight W    weight of answers against rules of thumb, where there are any (0.8)
  --nodes position|text  "text" merges equal answers, as the published code does (position)
  --sage-exponent X    power on a node's strength (10)
  --seed N             of the bootstrap intervals (1)
${SHARD_HELP}
  --csv FILE           write a row a question and a column a measure
  --pairs FILE         write a row a pair of answers
  --json               print {"mean", "interval", "n", "betweenQuestions", "compared": {"answers", "rules"},
                       "encoder": {"name", "revision"}, "inference", "clusterThreshold", "measures": {NAME: {"mean", "interval", "n", "reason"}},
                       "questions": [{"id", "sage", "meanSimilarity", "evenness", "weakest", "n", "bleu",
                       "rougeL", "reason", "measures": {NAME: {"value", "n", "reason"}}}]}
`;

const options = {
  weights: { type: "string" },
  encoder: { type: "string" },
  nli: { type: "string" },
  again: { type: "string" },
  "cluster-threshold": { type: "string" },
  "answer-weight": { type: "string", default: "0.8" },
  nodes: { type: "string", default: "position" },
  "sage-exponent": { type: "string", default: "10" },
  seed: { type: "string", default: "1" },
  shard: { type: "string" },
  out: { type: "string" },
  csv: { type: "string" },
  pairs: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

/** What makes no sense of ready similarities. */
const NEEDS_ANSWERS = ["encoder", "nli", "again", "cluster-threshold", "shard", "pairs"] as const;

type Values = ReturnType<typeof readArgs<typeof options>>["values"];

export const score: Command = {
  name: "score",
  summary: "SaGE and other measures of recorded answers, or of ready edges",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(argv, options, { names: ["FILE.csv"] });
    const [path] = positionals as [string];
    const config = configOf(values);
    const seed = wholeNumber("--seed", values.seed);
    const { out, csv, pairs, json } = values;
    checkOutputs([path, values.again], { "--out": out, "--csv": csv, "--pairs": pairs });
    const scored =
      values.weights === undefined
        ? await scoreCorpus(path, config, seed, values)
        : await scoreEdges(path, values.weights, config, values);
    if (scored === null) return; // a shard, which is written
    const result = scoreResult(scored, seed);
    if (out !== undefined) await saveFile(out, resultJson(result));
    if (csv !== undefined) await saveFile(csv, resultCsv(result));
    if (json) process.stdout.write(resultJson(result));
    else if (out === undefined) process.stdout.write(resultTable(result));
  },
};

function configOf(values: Values): ScoringConfig {
  const { nodes } = values;
  if (nodes !== "position" && nodes !== "text") {
    throw new UsageError(`--nodes must be position or text, got "${nodes}"`);
  }
  const answerWeight = realNumber("--answer-weight", values["answer-weight"]);
  if (answerWeight < 0 || answerWeight > 1) {
    throw new UsageError(`--answer-weight must lie from 0 to 1, got ${answerWeight}`);
  }
  const sageExponent = realNumber("--sage-exponent", values["sage-exponent"]);
  if (sageExponent <= 0) {
    throw new UsageError(`--sage-exponent must be above 0, got ${sageExponent}`);
  }
  return { nodes, answerWeight, sageExponent };
}

/** Null for a shard, which is written to its file. */
async function scoreCorpus(
  path: string,
  config: ScoringConfig,
  seed: number,
  values: Values,
): Promise<Scored | null> {
  const shard = await shardOption(values.shard, values.out);
  const onlyWhole = (["csv", "pairs", "json"] as const).find((name) => values[name]);
  if (shard !== null && onlyWhole !== undefined) {
    throw new UsageError(`--${onlyWhole} is of all questions: leave it out with --shard`);
  }
  const given = values["cluster-threshold"];
  const threshold = given === undefined ? null : realNumber("--cluster-threshold", given);
  const text = await readText(path);
  const corpus = answered(importMcc(text, basename(path), null, "keep"), basename(path));
  const again = values.again === undefined ? null : await readAgain(values.again, corpus);

  await startWasm();
  const encoder = await loadEncoder(values.encoder ?? BUILT_IN_ENCODER);
  const inference = values.nli === undefined ? null : await loadInference(values.nli);
  const clusterThreshold = threshold ?? clusterThresholdOf(encoder.name);
  const settings: ScoreSettings = {
    ...{ config, seed, clusterThreshold },
    again: again?.checksum ?? null,
    rules: areRulesCompared(scoredAnswers(corpus.questions)),
    encoder: { name: encoder.name, revision: encoder.revision },
    inference: inference && { name: inference.name, revision: inference.revision },
  };

  const part = takeShard(corpus.questions, shard ?? WHOLE);
  const answers = scoredAnswers(part.map(({ item }) => item));
  const line = progressLine("scoring");
  const hooks = { signal: interruptible("nothing kept"), onProgress: line.update };
  const scored = await scoreQuestions(answers, encoder, config, hooks, {
    ...{ clusterThreshold, inference },
    again: again && part.flatMap(({ item }) => again.of(item)),
  });
  line.end();
  if (shard !== null) {
    const job = jobOf("score", text, corpus.questions.length, settings);
    const rows = part.map(({ position }, i) => ({ position, result: scoreShardRow(scored[i]!) }));
    await saveShard(values.out!, job, shard, rows);
    return null;
  }
  if (values.pairs !== undefined) await saveFile(values.pairs, pairsCsv(corpus, scored));
  const { scores: rows, betweenQuestions } = withControl(scored);
  const models = { encoder: settings.encoder, inference: settings.inference };
  return { rows, betweenQuestions, compared: comparedBy(settings), clusterThreshold, ...models };
}

function scoredAnswers(questions: readonly Question[]) {
  return questions.flatMap(({ id, recorded }) =>
    (recorded ?? []).map(({ text, rot }) => ({ questionId: id, text, ruleOfThumb: rot })),
  );
}

async function scoreEdges(
  path: string,
  column: string,
  { nodes, sageExponent }: ScoringConfig,
  values: Values,
): Promise<Scored> {
  const unfit = NEEDS_ANSWERS.find((name) => values[name] !== undefined);
  if (unfit !== undefined) {
    throw new UsageError(`--weights takes ready similarities: leave out --${unfit}, or --weights`);
  }
  if (nodes === "text") throw new UsageError("--nodes text needs answers, one a row, not edges");
  const edges = importEdges(await readText(path), basename(path), column);
  const rows = edges.map(({ id, weights, texts, n }) => {
    const score = sageOfPairs(weights, n, { sageExponent });
    const mean = (metric: typeof bleu) =>
      texts && texts.reduce((sum, [a, b]) => sum + metric(a, b), 0) / texts.length;
    return { id, ...score, bleu: mean(bleu), rougeL: mean(rougeL) };
  });
  return {
    ...{ rows, betweenQuestions: null, compared: null, clusterThreshold: null },
    ...{ encoder: null, inference: null },
  };
}
