import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { QuestionId } from "../core/corpus/corpus";
import { importEdges } from "../core/corpus/edges";
import { importMcc } from "../core/corpus/mcc";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import { deriveSeed } from "../core/random";
import { bleu } from "../core/metrics/bleu";
import { rougeL } from "../core/metrics/rouge-l";
import { sageOfPairs } from "../core/sage/sage";
import { bootstrapMean } from "../core/statistics/bootstrap";
import { type ScoringConfig, scoreAnswers } from "../core/study/scoring";
import { type Command, readArgs, realNumber, wholeNumber } from "./command";
import { UsageError } from "./errors";
import { loadEncoder } from "./assets";
import { startWasm } from "./backend";
import { interruptible } from "./interrupt";
import { progressLine } from "./progress-line";

const help = `Scores answers with SaGE, question by question.

Usage: npm run steadfast -- score FILE.csv [options]

FILE.csv has a row an answer (question_id, question, paraphrased, model_output[, rot]),
or, with --weights, a row a pair of answers and its similarity in COLUMN.

  --weights COLUMN     take the similarities from this column; nothing is encoded
  --encoder DIR        compare answers with the sentence encoder in this folder (ONNX, in the hub's layout)
                       instead of the built-in use-lite; scores by different encoders can't be compared
  --answer-weight W    weight of answers against rules of thumb, where there are any (0.8)
  --nodes position|text  "text" merges equal answers, as the published code does (position)
  --sage-exponent X    power on a node's strength (10)
  --seed N             of the bootstrap interval (1)
  --json               print {"mean", "interval", "n", "betweenQuestions", "encoder": {"name", "revision"},
                       "questions": [{"id", "sage", "meanSimilarity", "evenness", "n", "bleu", "rougeL", "reason"}]}
`;

interface Row {
  readonly id: QuestionId;
  readonly sage: number | null;
  readonly meanSimilarity: number | null;
  readonly evenness: number | null;
  readonly n: number;
  readonly bleu: number | null;
  readonly rougeL: number | null;
  readonly reason: string | null;
}

interface Scored {
  readonly rows: readonly Row[];
  readonly betweenQuestions: number | null;
  /** Null for ready similarities. */
  readonly encoder: { readonly name: string; readonly revision: string } | null;
}

export const score: Command = {
  name: "score",
  summary: "SaGE of recorded answers, or of ready edges",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        weights: { type: "string" },
        encoder: { type: "string" },
        "answer-weight": { type: "string", default: "0.8" },
        nodes: { type: "string", default: "position" },
        "sage-exponent": { type: "string", default: "10" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
      },
      { names: ["FILE.csv"] },
    );
    const [path] = positionals as [string];
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
    const { encoder = BUILT_IN_ENCODER } = values;
    if (values.encoder !== undefined && values.weights !== undefined) {
      throw new UsageError("--weights takes ready similarities: leave out --encoder, or --weights");
    }
    const seed = wholeNumber("--seed", values.seed);
    const text = await readText(path);
    const scored =
      values.weights === undefined
        ? await scoreCorpus(text, basename(path), encoder, { nodes, answerWeight, sageExponent })
        : scoreEdges(text, basename(path), values.weights, { nodes, sageExponent });
    print(scored, seed, values.json);
  },
};

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

async function scoreCorpus(
  text: string,
  file: string,
  encoderChoice: string,
  config: ScoringConfig,
): Promise<Scored> {
  const corpus = importMcc(text, file, null, "keep");
  if (corpus.questions.every(({ recorded }) => recorded === null)) {
    throw new UsageError(
      `${file} has no answers to score: its column model_output is missing or empty. Fill it in, or name a column of similarities with --weights.`,
    );
  }
  await startWasm();
  const encoder = await loadEncoder(encoderChoice);
  const answers = corpus.questions.flatMap(({ id, recorded }) =>
    (recorded ?? []).map(({ text, rot }) => ({ questionId: id, text, ruleOfThumb: rot })),
  );
  const line = progressLine("encoding");
  const { scores, betweenQuestions } = await scoreAnswers(answers, encoder, config, {
    signal: interruptible(),
    onProgress: line.update,
  });
  line.end();
  const { name, revision } = encoder;
  return { rows: scores, betweenQuestions, encoder: { name, revision } };
}

function scoreEdges(
  text: string,
  file: string,
  column: string,
  { nodes, sageExponent }: Pick<ScoringConfig, "nodes" | "sageExponent">,
): Scored {
  if (nodes === "text") throw new UsageError("--nodes text needs answers, one a row, not edges");
  const rows = importEdges(text, file, column).map(({ id, weights, texts, n }) => {
    const { sage, meanSimilarity, evenness, reason } = sageOfPairs(weights, n, { sageExponent });
    const mean = (metric: typeof bleu) =>
      texts && texts.reduce((sum, [a, b]) => sum + metric(a, b), 0) / texts.length;
    return {
      id,
      sage,
      meanSimilarity,
      evenness,
      n,
      bleu: mean(bleu),
      rougeL: mean(rougeL),
      reason,
    };
  });
  return { rows, betweenQuestions: null, encoder: null };
}

function print({ rows, betweenQuestions, encoder }: Scored, seed: number, json: boolean): void {
  const values = rows.flatMap(({ sage }) => sage ?? []);
  const mean = values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length;
  const bounds = bootstrapMean(values, { seed: deriveSeed(seed, "bootstrap") });
  const interval = bounds && [bounds.low, bounds.high];
  if (json) {
    const questions = rows.map(
      ({ id, sage, meanSimilarity, evenness, n, bleu, rougeL, reason }) => ({
        id,
        sage,
        meanSimilarity,
        evenness,
        n,
        bleu,
        rougeL,
        reason,
      }),
    );
    process.stdout.write(
      `${JSON.stringify({ mean, interval, n: values.length, betweenQuestions, encoder, questions })}\n`,
    );
    return;
  }
  const columns = ["sage", "meanSimilarity", "evenness", "bleu", "rougeL"] as const;
  const titles = ["question", "SaGE", "similarity", "evenness", "BLEU", "ROUGE-L", "answers"];
  const lines = rows.map((row) => [
    String(row.id),
    ...columns.map((c) => figure(row[c])),
    String(row.n),
  ]);
  for (const line of [titles, ...lines]) {
    process.stdout.write(`${line.map((cell) => cell.padStart(10)).join(" ")}\n`);
  }
  const range = interval ? ` [${interval.map(figure).join(", ")}]` : "";
  process.stdout.write(
    `\nmean SaGE ${figure(mean)}${range}, 95 % interval over ${values.length} questions\n`,
  );
  if (encoder) process.stdout.write(`encoder ${encoder.name}, ${encoder.revision}\n`);
}

const figure = (x: number | null) => (x === null ? "–" : x.toFixed(4));
