import { resolve } from "node:path";
import { table } from "../core/format/report-markdown";
import type { StudyReport } from "../core/format/report";
import { checkStudy } from "../core/study/check-study";
import { demoStudy, quick, resolveConfig } from "../core/study/presets";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import type { StudyConfigInput } from "../core/study/config";
import { runStudy } from "../core/study/study";
import { loadPolicy } from "../engine/policy";
import { openAligned } from "./aligned";
import { loadEncoder, modelFiles } from "./assets";
import { BACKEND_HELP, BACKEND_OPTION, startNamed } from "./backend";
import { type Command, readArgs, wholeNumber } from "./command";
import { readConfig, readCorpus } from "./study-input";
import { UsageError, readingInput } from "./errors";
import { StudyFolder, checkFolder } from "./study-folder";
import { interruptible } from "./interrupt";
import { StudyLog } from "./study-log";

const help = `Runs a study: answers, scores, selection, LoRA, PPO, evaluation.

Usage: npm run steadfast -- study [CONFIG.json|demo] --out DIR [options]

  --out DIR    where report.json, report.md, config.json, log.jsonl, the adapter (PEFT) and the
               answers (CSV) go
  --quick      the least work that goes through every step
  --seed N     instead of the config's seed
  --encoder DIR  instead of the config's encoder: a folder, relative to where you are, or "use-lite"
  --backend NAME  ${BACKEND_HELP}
  --force      replace the study that DIR holds already
  --json       print the report on stdout

CONFIG.json holds only what differs from its preset ("recommended" or "report"); config.json in DIR shows every
setting as it was used. In it, "corpus" is "demo", "everyday-ethics" or a CSV in MCC's columns, "target" is "demo"
or a folder in the hub's layout, "encoder" is "use-lite" or a folder with a sentence encoder in ONNX; all relative to
CONFIG.json. The key of an API comes from STEADFAST_API_KEY.
`;

export const study: Command = {
  name: "study",
  summary: "the whole study, from a corpus to a trained and evaluated model",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        out: { type: "string" },
        quick: { type: "boolean", default: false },
        seed: { type: "string" },
        encoder: { type: "string" },
        backend: BACKEND_OPTION,
        force: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
      { names: ["CONFIG.json or demo"], atLeast: 0 },
    );
    const { out } = values;
    if (out === undefined) throw new UsageError("--out DIR is missing. See --help.");
    const source = positionals[0] ?? "demo";
    const { input, folder } =
      source === "demo" ? { input: demoStudy, folder: "." } : await readConfig(source);
    const config = resolveConfig(adjust(input, values));
    checkFolder(out, values.force);
    const corpus = await readCorpus(config.corpus, folder);
    const files = modelFiles(config.target, folder);
    const aligned = await readingInput(() => openAligned(config.aligned, corpus));

    await startNamed(values.backend);
    const policy = await readingInput(() => loadPolicy(files));
    await readingInput(() => checkStudy(config, corpus, policy));
    const encoder = await loadEncoder(config.encoder, folder);
    const store = await readingInput(() => StudyFolder.create(out, config, corpus));
    const log = new StudyLog();
    const started = Date.now();
    try {
      const ports = { policy, aligned, encoder, store };
      const report = await runStudy(config, corpus, ports, {
        signal: interruptible(),
        report(event) {
          log.add(event);
          store.log(event);
        },
      });
      await store.finish(report, { started, phases: log.seconds() });
      print(report, values.json);
    } finally {
      log.end();
      policy.dispose();
    }
  },
};

function adjust(
  input: StudyConfigInput,
  { quick: isQuick, seed, encoder }: { quick: boolean; seed?: string; encoder?: string },
): StudyConfigInput {
  return {
    ...(isQuick ? quick(input) : input),
    ...(seed !== undefined && { seed: wholeNumber("--seed", seed) }),
    ...(encoder !== undefined && {
      encoder: encoder === BUILT_IN_ENCODER ? encoder : resolve(encoder),
    }),
  };
}

function print(report: StudyReport, json: boolean): void {
  process.stdout.write(`${json ? JSON.stringify(report) : table(report)}\n`);
}
