import { deriveSeed } from "../core/random";
import type { Sampling } from "../core/study/config";
import { answersNeed } from "../engine/out-of-memory";
import { loadTarget } from "../engine/target";
import { whileAsked } from "../engine/while-asked";
import { readAdapter } from "./adapter-folder";
import { BACKEND_HELP, BACKEND_OPTION, startNamed } from "./backend";
import { type Command, readArgs, realNumber, wholeNumber } from "./command";
import { UsageError, readingInput } from "./errors";
import { interruptible } from "./interrupt";
import { TARGET_HELP, openModel } from "./target";

const help = `Lets a model continue a text.

Usage: npm run steadfast -- generate --model MODEL --prompt TEXT [options]

  --model MODEL        ${TARGET_HELP}
  --adapter DIR        a LoRA adapter in PEFT's format on top of a GPT-2
  --prompt TEXT        what to continue
  --max-new-tokens N   (48)
  --temperature T      0 always takes the likeliest token (0)
  --top-k K            0 keeps all (0)
  --top-p P            (1)
  --seed N             (1)
  --backend NAME       ${BACKEND_HELP}
  --json               {"text", "ids"} on stdout
`;

export const generate: Command = {
  name: "generate",
  summary: "the continuation of a text by a model, with or without an adapter",
  help,
  async run(argv) {
    const { values } = readArgs(
      argv,
      {
        model: { type: "string" },
        adapter: { type: "string" },
        prompt: { type: "string" },
        "max-new-tokens": { type: "string", default: "48" },
        temperature: { type: "string", default: "0" },
        "top-k": { type: "string", default: "0" },
        "top-p": { type: "string", default: "1" },
        seed: { type: "string", default: "1" },
        backend: BACKEND_OPTION,
        json: { type: "boolean", default: false },
      },
      { names: [] },
    );
    const { model, prompt } = values;
    if (model === undefined) throw new UsageError("--model MODEL is missing. See --help.");
    if (prompt === undefined) throw new UsageError("--prompt TEXT is missing. See --help.");
    const sampling = {
      temperature: realNumber("--temperature", values.temperature),
      topK: wholeNumber("--top-k", values["top-k"]),
      topP: realNumber("--top-p", values["top-p"]),
      maxNewTokens: wholeNumber("--max-new-tokens", values["max-new-tokens"]),
    };
    checkSampling(sampling);
    const seed = deriveSeed(wholeNumber("--seed", values.seed), "generate");
    const files = await openModel(model);
    const adapter = values.adapter === undefined ? null : await readAdapter(values.adapter);

    await startNamed(values.backend);
    const policy = await readingInput(() => loadTarget(files, null));
    try {
      await readingInput(async () => {
        if (adapter) await policy.useAdapter(adapter);
        policy.checkPrompt(prompt, sampling, "--prompt");
      });
      const [continuation] = await whileAsked(
        policy,
        (signal) => policy.continue([{ prompt, seed }], sampling, { signal }),
        {
          signal: interruptible("nothing kept"),
          needs: (model) => answersNeed(model, 1, sampling.maxNewTokens),
        },
      );
      const { text, ids } = continuation!;
      process.stdout.write(`${values.json ? JSON.stringify({ text, ids }) : text}\n`);
    } finally {
      policy.dispose();
    }
  },
};

/** @throws UsageError naming the option. */
export function checkSampling({ temperature, topP, maxNewTokens }: Sampling): void {
  if (temperature < 0) throw new UsageError(`--temperature must be 0 or more, got ${temperature}`);
  if (!(topP > 0 && topP <= 1)) {
    throw new UsageError(`--top-p must lie above 0 and be at most 1, got ${topP}`);
  }
  if (maxNewTokens < 1) throw new UsageError("--max-new-tokens must be 1 or more");
}
