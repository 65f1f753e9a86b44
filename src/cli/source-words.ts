/** The options of every command that has a model write: which one, and how. */
import { existsSync } from "node:fs";
import type { ApiWords } from "./answer-api";
import { checkFolderOf, realNumber, wholeNumber } from "./command";
import { UsageError } from "./errors";
import { checkSampling } from "./generate";
import { TARGET_HELP } from "./target";
import { BACKEND_HELP, BACKEND_OPTION } from "./backend";

export const OF_API = [
  ...(["api-model", "max-tokens", "requests-at-once", "timeout", "input-price"] as const),
  ...(["output-price", "budget", "token-budget"] as const),
];
export const OF_MODEL = ["adapter", "top-k", "top-p", "max-new-tokens", "seed", "backend"] as const;
/** Of both. */
const OF_EITHER = ["prompt", "temperature", "cache"] as const;

/** Names of all options with a text, to be declared. */
export const SOURCE_WORDS = ["api", "model", ...OF_API, ...OF_MODEL, ...OF_EITHER] as const;

/** Options with a text, for `readArgs`. */
export function textOptions<Name extends string>(names: readonly Name[]) {
  const text = { type: "string" } as const;
  return Object.fromEntries(names.map((name) => [name, text])) as Record<Name, typeof text>;
}

/** @param tokens  longest reply unless the option says otherwise. */
export const apiHelp = (
  tokens: number,
) => `An API that speaks OpenAI's format; its key comes from STEADFAST_API_KEY:
  --api URL            its address, most often ending in /v1
  --api-model ID       the model, as the server names it
  --max-tokens N       longest reply (${tokens})
  --requests-at-once N (4)
  --timeout S          seconds for one reply (300)
  --input-price X      of a million tokens sent, --output-price X of a million received; without them tokens are
                       counted, and no money
  --budget X           stop before more is spent; --token-budget N before more tokens are used. The same command with
                       a higher one goes on
  --estimate           say what is still to be paid at most, and ask nothing`;

export const modelHelp = (
  tokens: number,
) => `A model on this machine: a GPT-2, or any language model in ONNX that transformers.js runs:
  --model MODEL        ${TARGET_HELP}
  --adapter DIR        a LoRA adapter in PEFT's format on top of a GPT-2
  --max-new-tokens N   (${tokens})
  --top-k K            0 keeps all (0); --top-p P (1)
  --seed N             (1)
  --backend NAME       ${BACKEND_HELP}`;

/**
 * Which of the three is named: an API, a model here, or a file of what was given earlier.
 * @param file      the option that names the file.
 * @param ofApi     further options of an API alone.
 * @param ofEither  further options that are of no file.
 * @throws UsageError unless exactly one is named, and no option of another.
 */
export function sourceOf(
  words: ApiWords,
  file: string,
  { ofApi = [], ofEither = [] }: { readonly [of in "ofApi" | "ofEither"]?: readonly string[] },
): "api" | "model" | "file" {
  const named = ["api", "model", file].filter((name) => words[name] !== undefined);
  const [source, second] = named;
  if (source === undefined || second !== undefined) {
    throw new UsageError(`give one of --api URL, --model MODEL and --${file} FILE. See --help.`);
  }
  const foreign = [
    ...(source === "api" ? [] : [...OF_API, ...ofApi]),
    ...(source === "model" ? [] : OF_MODEL),
    ...(source === file ? [...OF_EITHER, ...ofEither] : []),
  ].find((name) => words[name] !== undefined);
  if (foreign !== undefined) {
    throw new UsageError(`--${foreign} means nothing with --${source}; leave it out`);
  }
  return source === "api" || source === "model" ? source : "file";
}

/**
 * What a command is to make: from which source, in which file, with which review beside it.
 * @throws UsageError where none is named, an option means nothing, or a file is there already.
 */
export function makingOf(words: ApiWords, estimate: boolean) {
  const kind = sourceOf(words, "reviewed", { ofEither: ["review", "n", "tries"] });
  if (estimate && kind !== "api") throw new UsageError("--estimate is of an API");
  const { out } = words;
  if (out === undefined) throw new UsageError("--out FILE.csv is missing. See --help.");
  const review = words["review"] ?? `${out}.review.csv`;
  if (review === out) throw new UsageError("--out and --review name one file; name two");
  if (!estimate) refuseExisting(kind === "file" ? [out] : [out, review]);
  return { kind, out, review };
}

/** How a model here is asked. @throws UsageError naming the option. */
export function modelWords(words: ApiWords, prompt: string, tokens: number) {
  const sampling = {
    temperature: realNumber("--temperature", words["temperature"] ?? "0.8"),
    topK: wholeNumber("--top-k", words["top-k"] ?? "0"),
    topP: realNumber("--top-p", words["top-p"] ?? "1"),
    maxNewTokens: wholeNumber("--max-new-tokens", words["max-new-tokens"] ?? String(tokens)),
  };
  checkSampling(sampling);
  return {
    ...{ model: words["model"]!, adapter: words["adapter"], sampling },
    prompt: words["prompt"] ?? prompt,
    backend: words["backend"] ?? BACKEND_OPTION.default,
    seed: wholeNumber("--seed", words["seed"] ?? "1"),
  };
}

/** @throws UsageError naming the first of the files that is there: nothing is written over; or whose folder is not. */
export function refuseExisting(paths: readonly string[]): void {
  paths.forEach(checkFolderOf);
  const there = paths.find((path) => existsSync(path));
  if (there === undefined) return;
  throw new UsageError(`${there} is there already; name another file, or delete it`);
}

/** Says, should asking end early, that nothing is lost. */
export async function keeping<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    process.stderr.write(
      "what was answered is in the cache; the same command goes on from there\n",
    );
    throw error;
  }
}
