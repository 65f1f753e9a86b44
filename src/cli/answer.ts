import { readFile, writeFile } from "node:fs/promises";
import type { Answer } from "../core/answers/answer";
import { fillPrompt } from "../core/answers/prompt";
import { wordingsToAsk } from "../core/chat/corpus-requests";
import type { Corpus } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import type { Job } from "../core/shard/file";
import { shardName, WHOLE } from "../core/shard/shard";
import { recordedFor } from "../clients/recorded";
import { ApiAnswers, type ApiWords, apiConfig, apiSettings, reportConnection } from "./answer-api";
import { modelAnswers } from "./answer-model";
import { answerShardRows } from "./answer-shard";
import { atLeastOne, type Command, readArgs } from "./command";
import { UsageError, readingInput } from "./errors";
import { checksum, jobOf, saveShard, shardOption, takeShard } from "./shards";
import {
  apiHelp,
  keeping,
  modelHelp,
  modelWords,
  refuseExisting,
  SOURCE_WORDS,
  sourceOf,
  textOptions,
} from "./source-words";
import { corpusPath, readCorpus } from "./study-input";

const help = `Lets a model answer every wording of a corpus.

Usage: npm run steadfast -- answer --corpus CORPUS --out FILE.csv
           (--api URL --api-model ID | --model MODEL | --recorded FILE) [options]

  --corpus CORPUS      "demo", "everyday-ethics" or a file that import reads
  --out FILE.csv       question_id, question, paraphrased, model_output: what score and import read
  --shard i/n          only every n-th question, from the i-th on, and FILE is one for \`merge\`; docs/scale.md
  --samples N          answers to each wording, a row each (1)
  --cache FILE         where answers are kept as they come (FILE.csv.replies.jsonl); what is in it is neither asked
                       nor paid for again, so that the same command goes on where it was cut
  --prompt TEXT        what the model is told; {question} stands for the wording
  --temperature T      0 always takes the likeliest token (0.8)

${apiHelp(256)}
  --test-connection    say whether the API can be asked, or what to mend
  --export-batch FILE  write what is still to be asked as a file for OpenAI's Batch API, and ask nothing
  --import-batch FILE  take the results of such a batch into the cache first; its file of errors too, with one more
                       --import-batch. What failed is named by line, and asked with the rest

${modelHelp(48)}

  --recorded FILE      answers that were given earlier: a file with model_output that import reads
`;

/** What a model that only goes on with a text reads. */
const PROMPT = "Question: {question}\nAnswer:";

const TEXTS = [
  ...SOURCE_WORDS,
  ...(["corpus", "out", "shard", "recorded", "export-batch"] as const),
];

export const answer: Command = {
  name: "answer",
  summary: "the answers of a model to every wording of a corpus",
  help,
  async run(argv) {
    const flag = { type: "boolean", default: false } as const;
    const { values } = readArgs(
      argv,
      {
        ...textOptions(TEXTS),
        samples: { type: "string" as const, default: "1" },
        ...{ estimate: flag, "test-connection": flag },
        "import-batch": { type: "string", multiple: true, default: [] },
      },
      { names: [] },
    );
    const words: ApiWords = Object.fromEntries(TEXTS.map((name) => [name, values[name]]));
    const source = sourceOf(words, "recorded", { ofApi: ["export-batch"] });
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
    if (isAnswered) refuseExisting([out]);
    const samples = atLeastOne("--samples", values.samples);
    const shard = await shardOption(words["shard"], out);
    const whole = await readCorpus(name, ".");
    const part = takeShard(whole.questions, shard ?? WHOLE);
    const corpus = { ...whole, questions: part.map(({ item }) => item) };
    const wordings = wordingsToAsk(corpus, samples);
    const cache = words["cache"] ?? `${out}.replies.jsonl`;
    /** @param settings  all that the answers depend on, besides the corpus. */
    const write = async (answers: readonly Answer[], settings: Job["settings"]): Promise<void> => {
      if (shard === null) return writeTable(out, corpus, answers);
      const bytes = await readingInput(() => readFile(corpusPath(name, ".")));
      const job = jobOf("answer", bytes, whole.questions.length, { ...settings, samples });
      await saveShard(out, job, shard, answerShardRows(part, answers));
      process.stderr.write(`${answers.length} answers of shard ${shardName(shard)} in ${out}\n`);
    };

    switch (source) {
      case "file": {
        const path = words["recorded"]!;
        const recorded = await readCorpus(path, ".");
        if (samples > 1)
          throw new UsageError("recorded answers are one a wording: leave --samples out");
        const bytes = await readingInput(() => readFile(corpusPath(path, ".")));
        const answers = await readingInput(() => recordedFor(corpus, recorded));
        return write(answers, { recorded: checksum(bytes) });
      }
      case "model": {
        const asked = { ...modelWords(words, PROMPT, 48), cache };
        await readingInput(() => fillPrompt(asked.prompt, ""));
        const { answers, identity } = await modelAnswers(wordings, asked);
        const { prompt, sampling, seed } = asked;
        return write(answers, { model: identity, prompt, sampling, seed });
      }
      case "api": {
        const config = apiConfig(words);
        const api = new ApiAnswers(config, wordings, cache);
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
        return write(await keeping(api.ask(out)), apiSettings(config));
      }
    }
  },
};

async function writeTable(out: string, corpus: Corpus, answers: readonly Answer[]): Promise<void> {
  await readingInput(() => writeFile(out, answersCsv(corpus, answers), { flag: "wx" }));
  process.stderr.write(`${answers.length} answers in ${out}\n`);
}
