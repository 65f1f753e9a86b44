import { join } from "node:path";
import { table } from "../core/format/report-markdown";
import type { StudyReport } from "../core/format/report";
import { methodName } from "../core/study/curves";
import { checkStudy } from "../core/study/check-study";
import type { StudyEvent } from "../core/study/events";
import { runStudy } from "../core/study/study";
import { planTime } from "../core/study/time-plan";
import { studyNeeds } from "../engine/out-of-memory";
import { loadTarget } from "../engine/target";
import { whileAsked } from "../engine/while-asked";
import { REPLIES, openAligned } from "./aligned";
import { loadEncoder } from "./assets";
import { BACKEND_HELP, startNamed } from "./backend";
import { type Command, readArgs } from "./command";
import { readCorpus } from "./study-input";
import { UsageError, readingInput } from "./errors";
import { pausable } from "./interrupt";
import { StudyLog } from "./study-log";
import { startOf } from "./study-start";
import { TARGET_HELP, openModel, pinTarget } from "./target";

const help = `Runs a study: answers, scores, selection, LoRA, PPO, evaluation.

Usage: npm run steadfast -- study [CONFIG.json|demo] --out DIR [options]

  --out DIR    where report.json, report.md, report.html, config.json, log.jsonl, the adapter
               (PEFT), the answers (CSV) and checkpoints go
  --resume     go on with the study in DIR where it was paused, stopped or killed, with its own
               config; the results are those of a study that was never interrupted
  --train-more N  go on with the finished study in DIR for N more cycles; its report is taken away and
                  written anew at the end
  --quick      the least work that goes through every step
  --seed N     instead of the config's seed
  --target T   instead of the config's target: ${TARGET_HELP}
  --encoder DIR  instead of the config's encoder: a folder, relative to where you are, or "use-lite"
  --budget X   pause before an API has cost more, at the prices of the config; with --resume, the new limit
  --token-budget N  pause before an API has used more tokens
  --cache FILE   where the replies of an API are kept (replies.jsonl in DIR); what is in it is not paid for again
  --backend NAME  ${BACKEND_HELP}
  --force      replace the study that DIR holds already
  --json       print the report on stdout

Ctrl-C pauses: what is under way is saved, and --resume goes on from there. A second Ctrl-C stops at once; --resume then
goes on from the last checkpoint.

CONFIG.json holds only what differs from its preset ("recommended" or "report"); config.json in DIR shows every
setting as it was used. In it, "corpus" is "demo", "everyday-ethics" or a file that "import" reads, "target" is "demo",
"hub:owner/name@revision" (kept in STEADFAST_CACHE; STEADFAST_HUB names a mirror) or a folder in the hub's layout; one in ONNX answers only, with "cycles.max" 0.
"encoder" is "use-lite" or a folder with a sentence encoder in ONNX; all relative to
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
        resume: { type: "boolean", default: false },
        "train-more": { type: "string" },
        quick: { type: "boolean", default: false },
        seed: { type: "string" },
        target: { type: "string" },
        encoder: { type: "string" },
        budget: { type: "string" },
        "token-budget": { type: "string" },
        cache: { type: "string" },
        backend: { type: "string" },
        force: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
      { names: ["CONFIG.json or demo"], atLeast: 0 },
    );
    const { out } = values;
    if (out === undefined) throw new UsageError("--out DIR is missing. See --help.");
    const {
      config: asked,
      folder,
      backend,
      resumes,
      open,
    } = await startOf({
      ...{ out, source: positionals[0] ?? null, trainMore: values["train-more"] },
      ...{ quick: values.quick, seed: values.seed, target: values.target, encoder: values.encoder },
      ...{ budget: values.budget, tokenBudget: values["token-budget"] },
      ...{ backend: values.backend, force: values.force, resume: values.resume },
    });
    const { target, targetHost: host } = asked;
    const corpus = await readCorpus(asked.corpus, folder);
    const files = await openModel(target, { relativeTo: folder, host });
    const config = pinTarget(asked, files);
    const cache = values.cache ?? join(out, REPLIES);
    const aligned = await readingInput(() => openAligned(config.aligned, corpus, cache, out));

    await startNamed(backend);
    const policy = await readingInput(() => loadTarget(files, null));
    await readingInput(() => checkStudy(config, corpus, policy));
    const encoder = await loadEncoder(config.encoder, folder);
    const store = await readingInput(() => open(corpus, config));
    const log = new StudyLog(resumes, methodName(config), planTime(config, corpus));
    const started = Date.now();
    try {
      const ports = { policy, aligned, encoder, store };
      const { pause, signal } = pausable();
      const report = (event: StudyEvent) => {
        log.add(event);
        store.log(event);
      };
      const context = { pause, resumes, report };
      const result = await whileAsked(
        policy,
        (signal) => runStudy(config, corpus, ports, { ...context, signal }),
        { signal, needs: ({ config: model }) => studyNeeds({ model, config, corpus }) },
      );
      const peakBytes = 1024 * process.resourceUsage().maxRSS;
      await store.finish(result, { started, phases: log.seconds(), peakBytes, resumed: resumes });
      print(result, values.json);
    } catch (error) {
      log.end();
      process.stderr.write(`to go on: npm run steadfast -- study --resume --out ${out}\n`);
      throw error;
    } finally {
      log.end();
      policy.dispose();
    }
  },
};

function print(report: StudyReport, json: boolean): void {
  process.stdout.write(`${json ? JSON.stringify(report) : table(report)}\n`);
}
