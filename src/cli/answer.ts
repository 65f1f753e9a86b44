import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Answer } from "../core/answers/answer";
import { wordingsToAsk } from "../core/chat/corpus-requests";
import type { Corpus } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import { recordedFor } from "../clients/recorded";
import { ApiAnswers, type ApiWords, apiConfig, reportConnection } from "./answer-api";
import { modelAnswers } from "./answer-model";
import { BACKEND_HELP, BACKEND_OPTION } from "./backend";
import { type Command, readArgs, realNumber, wholeNumber } from "./command";
import { UsageError, readingInput } from "./errors";
import { checkSampling } from "./generate";
import { readCorpus } from "./study-input";
import { TARGET_HELP } from "./target";

const help = `Lets a model answer every wording of a corpus.

Usage: npm run steadfast -- answer --corpus CORPUS --out FILE.csv
           (--api URL --api-model ID | --model MODEL | --recorded FILE) [options]

  --corpus CORPUS      "demo", "everyday-ethics" or a file that import reads
  --out FILE.csv       question_id, question, paraphrased, model_output: what score and import read
  --samples N          answers to each wording, a row each (1)
  --cache FILE         where answers are kept as they come (FILE.csv.replies.jsonl); what is in it is neither asked
                       nor paid for again, so that the same command goes on where it was cut
  --prompt TEXT        what the model is told; {question} stands for the wording
  --temperature T      0 always takes the likeliest token (0.8)

An API that speaks OpenAI's format; its key comes from STEADFAST_API_KEY:
  --api URL            its address, most often ending in /v1
  --api-model ID       the model, as the server names it
  --max-tokens N       longest answer (256)
  --requests-at-once N (4)
  --timeout S          seconds for one reply (300)
  --input-price X      of a million tokens sent, --output-price X of a million received; without them tokens are
                       counted, and no money
  --budget X           stop before more is spent; --token-budget N before more tokens are used. The same command with
                       a higher one goes on
  --estimate           say what is still to be paid at most, and ask nothing
  --test-connection    say whether the API can be asked, or what to mend
  --export-batch FILE  write what is still to be asked as a file for OpenAI's Batch API, and ask nothing
  --import-batch FILE  take the results of such a batch into the cache first; its file of errors too, with one more
                       --import-batch. What failed is named by line, and asked with the rest

A GPT-2 on this machine:
  --model MODEL        ${TARGET_HELP}
  --adapter DIR        a LoRA adapter in PEFT's format on top of it
  --max-new-tokens N   (48)
  --top-k K            0 keeps all (0); --top-p P (1)
  --seed N             (1)
  --backend NAME       ${BACKEND_HELP}

  --recorded FILE      answers that were given earlier: a file with model_output that import reads
`;

const TEXTS = [
  ...["corpus", "out", "cache", "prompt", "temperature", "api", "api-model", "max-tokens"],
  ...["requests-at-once", "timeout", "input-price", "output-price", "budget", "token-budget"],
  ...["export-batch", "model", "adapter", "top-k", "top-p", "max-new-tokens", "seed", "recorded"],
] as const;

const OF_API = [
  ...["api-model", "max-tokens", "requests-at-once", "timeout", "input-price", "output-price"],
  ...["budget", "token-budget", "export-batch"],
];
const OF_MODEL = ["adapter", "top-k", "top-p", "max-new-tokens", "seed"];

export const answer: Command = {
  name: "answer",
  summary: "the answers of a model to every wording of a corpus",
  help,
  async run(argv) {
    const text = { type: "string" } as const;
    const flag = { type: "boolean", default: false } as const;
    const { values } = readArgs(
      argv,
      {
        ...(Object.fromEntries(TEXTS.map((name) => [name, text])) as Record<
          (typeof TEXTS)[number],
          typeof text
        >),
        ...{ samples: { type: "string" as const, default: "1" }, backend: BACKEND_OPTION },
        ...{ estimate: flag, "test-connection": flag },
        "import-batch": { type: "string", multiple: true, default: [] },
      },
      { names: [] },
    );
    const words: ApiWords = Object.fromEntries(TEXTS.map((name) => [name, values[name]]));
    const source = sourceOf(words);
    const isAnswered = !(values.estimate || values["test-connection"] || values["export-batch"]);
    const isApi = source === "api";
    if (!isApi && (!isAnswered || values["import-batch"].length > 0)) {
      throw new UsageError(
        "--estimate, --test-connection and batches are of an API: give --api too",
      );
    }
    if (isApi && values["test-connection"]) return reportConnection(apiConfig(words));
    const { corpus: name, out } = words;
    if (name === undefined) throw new UsageError("--corpus CORPUS is missing. See --help.");
    if (out === undefined) throw new UsageError("--out FILE.csv is missing. See --help.");
    if (isAnswered && existsSync(out)) {
      throw new UsageError(`${out} is there already; name another file, or delete it`);
    }
    const samples = wholeNumber("--samples", values.samples);
    if (samples === 0) throw new UsageError("--samples must be 1 or more, got 0");
    const corpus = await readCorpus(name, ".");
    const wordings = wordingsToAsk(corpus, samples);
    const cache = words["cache"] ?? `${out}.replies.jsonl`;

    switch (source) {
      case "recorded": {
        const recorded = await readCorpus(words["recorded"]!, ".");
        if (samples > 1)
          throw new UsageError("recorded answers are one a wording: leave --samples out");
        return write(out, corpus, await readingInput(() => recordedFor(corpus, recorded)));
      }
      case "model":
        return write(
          out,
          corpus,
          await modelAnswers(wordings, {
            ...modelWords(words),
            ...{ cache, backend: values.backend },
          }),
        );
      case "api": {
        const api = new ApiAnswers(apiConfig(words), wordings, cache);
        for (const path of values["import-batch"]) {
          const { replies, failed } = await api.importBatch(path);
          const found = `${replies.length} replies, ${failed.length} lines without one`;
          process.stderr.write(`${path}: ${found}\n`);
        }
        if (values.estimate) return void process.stdout.write(`${api.estimate()}\n`);
        if (values["export-batch"] !== undefined) {
          const names = await readingInput(() => api.exportBatch(values["export-batch"]!));
          const said = names.length === 0 ? ["every wording is answered already"] : names;
          return void process.stdout.write(`${said.join("\n")}\n`);
        }
        process.stderr.write(`${api.estimate()}\n`);
        return write(out, corpus, await asking(api.ask(out)));
      }
    }
  },
};

/** @throws UsageError unless exactly one source is named, and no option of another. */
function sourceOf(words: ApiWords) {
  const named = (["api", "model", "recorded"] as const).filter((name) => words[name] !== undefined);
  const [source, second] = named;
  if (source === undefined || second !== undefined) {
    throw new UsageError("give one of --api URL, --model MODEL and --recorded FILE. See --help.");
  }
  const foreign = [
    ...(source === "api" ? [] : OF_API),
    ...(source === "model" ? [] : OF_MODEL),
    ...(source === "recorded" ? ["prompt", "temperature", "cache"] : []),
  ].find((name) => words[name] !== undefined);
  if (foreign !== undefined) {
    throw new UsageError(`--${foreign} means nothing with --${source}; leave it out`);
  }
  return source;
}

function modelWords(words: ApiWords) {
  const sampling = {
    temperature: realNumber("--temperature", words["temperature"] ?? "0.8"),
    topK: wholeNumber("--top-k", words["top-k"] ?? "0"),
    topP: realNumber("--top-p", words["top-p"] ?? "1"),
    maxNewTokens: wholeNumber("--max-new-tokens", words["max-new-tokens"] ?? "48"),
  };
  checkSampling(sampling);
  return {
    ...{ model: words["model"]!, adapter: words["adapter"], sampling },
    prompt: words["prompt"] ?? "Question: {question}\nAnswer:",
    seed: wholeNumber("--seed", words["seed"] ?? "1"),
  };
}

async function asking(answers: Promise<readonly Answer[]>): Promise<readonly Answer[]> {
  try {
    return await answers;
  } catch (error) {
    process.stderr.write(
      "what was answered is in the cache; the same command goes on from there\n",
    );
    throw error;
  }
}

async function write(out: string, corpus: Corpus, answers: readonly Answer[]): Promise<void> {
  await readingInput(() => writeFile(out, answersCsv(corpus, answers), { flag: "wx" }));
  process.stderr.write(`${answers.length} answers in ${out}\n`);
}
