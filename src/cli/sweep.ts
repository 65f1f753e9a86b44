import { fillPrompt } from "../core/answers/prompt";
import type { Question } from "../core/corpus/corpus";
import type { StudyConfig } from "../core/study/config";
import { resolveConfig } from "../core/study/presets";
import { SWEEP_TEMPERATURES, type SweepPoint } from "../core/study/sweep-point";
import { checkTemperatures, sweepTemperatures } from "../core/study/temperature-sweep";
import { answersNeed } from "../engine/out-of-memory";
import { loadTarget } from "../engine/target";
import { whileAsked } from "../engine/while-asked";
import { readAdapter } from "./adapter-folder";
import { loadEncoder } from "./assets";
import { BACKEND_HELP, BACKEND_OPTION, startNamed } from "./backend";
import { type Command, readArgs, realNumber, wholeNumber } from "./command";
import { readingInput, UsageError } from "./errors";
import { interruptible } from "./interrupt";
import { progressLine } from "./progress-line";
import { readCorpus } from "./study-input";
import { TARGET_HELP, openModel } from "./target";

const help = `Puts the same questions to a model at several temperatures: mean SaGE of each, with its interval.

Usage: npm run steadfast -- sweep --model MODEL [options]

  --model MODEL        ${TARGET_HELP}
  --adapter DIR        a LoRA adapter in PEFT's format on top of a GPT-2
  --corpus CORPUS      "demo", "everyday-ethics" or a file that import reads (demo)
  --limit N            only the first N questions
  --temperatures LIST  (${SWEEP_TEMPERATURES.join(",")})
  --max-new-tokens N   (48)
  --seed N             of the answers and the intervals (1)
  --encoder DIR        a folder with a sentence encoder in ONNX; the built-in one without it
  --backend NAME       ${BACKEND_HELP}
  --json               print [{"temperature", "mean", "interval", "n", "betweenQuestions"}]

An answer has the same seed at every temperature. At 0 every wording has one answer, whatever the seed.
`;

export const sweep: Command = {
  name: "sweep",
  summary: "a model's consistency at several temperatures",
  help,
  async run(argv) {
    const { values } = readArgs(
      argv,
      {
        model: { type: "string" },
        adapter: { type: "string" },
        corpus: { type: "string", default: "demo" },
        limit: { type: "string" },
        temperatures: { type: "string", default: SWEEP_TEMPERATURES.join(",") },
        "max-new-tokens": { type: "string", default: "48" },
        seed: { type: "string", default: "1" },
        encoder: { type: "string" },
        backend: BACKEND_OPTION,
        json: { type: "boolean", default: false },
      },
      { names: [] },
    );
    const { model } = values;
    if (model === undefined) throw new UsageError("--model MODEL is missing. See --help.");
    const temperatures = values.temperatures
      .split(",")
      .map((text) => realNumber("--temperatures", text));
    await readingInput(() => checkTemperatures(temperatures));
    const maxNewTokens = wholeNumber("--max-new-tokens", values["max-new-tokens"]);
    if (maxNewTokens === 0) throw new UsageError("--max-new-tokens must be 1 or more");
    const limit = values.limit === undefined ? Infinity : wholeNumber("--limit", values.limit);
    if (limit === 0) throw new UsageError("--limit must be 1 or more");
    const config = resolveConfig({
      preset: "recommended",
      seed: wholeNumber("--seed", values.seed),
      sampling: { maxNewTokens },
    });
    const { questions } = await readCorpus(values.corpus, ".");
    const asked = questions.slice(0, limit);
    const files = await openModel(model);
    const adapter = values.adapter === undefined ? null : await readAdapter(values.adapter);

    await startNamed(values.backend);
    const policy = await readingInput(() => loadTarget(files, null));
    try {
      if (adapter) await readingInput(() => policy.useAdapter(adapter));
      await readingInput(() => {
        for (const { prompt, name } of promptsOf(asked, config)) {
          policy.checkPrompt(prompt, config.sampling, name);
        }
      });
      const encoder = await loadEncoder(values.encoder);
      const line = progressLine(`${policy.name} answers`);
      const ports = { policy, encoder };
      const points = await whileAsked(
        policy,
        (signal) =>
          sweepTemperatures(asked, temperatures, ports, config, {
            signal,
            onProgress: line.update,
          }),
        {
          signal: interruptible("nothing kept"),
          needs: (model) => answersNeed(model, promptsOf(asked, config).length, maxNewTokens),
        },
      ).finally(() => line.end());
      process.stdout.write(values.json ? `${JSON.stringify(points)}\n` : table(points));
    } finally {
      policy.dispose();
    }
  },
};

const promptsOf = (questions: readonly Question[], { prompt }: StudyConfig) =>
  questions.flatMap(({ id, paraphrases }) =>
    paraphrases.map((wording, i) => ({
      prompt: fillPrompt(prompt, wording),
      name: `question ${id}, wording ${i + 1}`,
    })),
  );

function table(points: readonly SweepPoint[]): string {
  const figure = (x: number | null) => (x === null ? "–" : x.toFixed(3));
  const rows = points.map(({ temperature, mean, interval, n, betweenQuestions }) => {
    const bounds = interval === null ? "–" : `[${interval.map(figure).join(", ")}]`;
    const cells = [String(temperature).padEnd(11), figure(mean).padEnd(5), bounds.padEnd(16)];
    return [...cells, `n = ${n}`.padEnd(9), figure(betweenQuestions)].join("  ");
  });
  const head = "temperature  SaGE   interval          questions  between questions";
  return `${[head, ...rows].join("\n")}\n`;
}
