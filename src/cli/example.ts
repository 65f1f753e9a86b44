/**
 * Records the example study of the page: runs the demo study as `study demo` does, and writes it as a project archive
 * with every event, answer and figure of the run. `npm run example` makes public/example/study.zip anew.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Answer, AnswerSet } from "../core/answers/answer";
import { answerSetName } from "../core/answers/answer";
import type { RunItem } from "../core/format/project/items-schema";
import { writeProject } from "../core/format/project/project";
import type { StudyEvent } from "../core/study/events";
import type { StudyStore } from "../core/study/ports";
import { multiplyAddsPerSecond } from "../core/models/speed-probe";
import { demoStudy, resolveConfig } from "../core/study/presets";
import { runStudy } from "../core/study/study";
import { loadPolicy } from "../engine/policy";
import { openAligned } from "./aligned";
import { demoFolder, loadEncoder, modelFiles } from "./assets";
import { startWasm } from "./backend";
import { sha256 } from "./sha256";
import { StudyLog } from "./study-log";
import { readCorpus } from "./study-input";

/** Events that come within this are one batch, as on the page. */
const BATCH = 100; // ms

/** Before tfjs is busy. */
const speed = multiplyAddsPerSecond(500, () => performance.now());

const config = resolveConfig(demoStudy);
const corpus = await readCorpus(config.corpus, ".");
await startWasm();
const policy = await loadPolicy(modelFiles(config.target));
const ports = {
  policy,
  aligned: await openAligned(config.aligned, corpus),
  encoder: await loadEncoder(config.encoder),
};

const answers = new Map<string, AnswerSet & { readonly answers: readonly Answer[] }>();
/** What the page needs to show the run; nothing goes on from here, so nothing is read again. */
const store: StudyStore = {
  saveAnswers: async (set, given) => {
    answers.set(answerSetName(set), { ...set, answers: given });
  },
  loadAnswers: async () => null,
  saveAdapter: async () => {},
  loadAdapter: async () => null,
  saveCheckpoint: async () => {},
  loadCheckpoint: async () => null,
  saveReport: async () => {},
};

const batches: { at: number; events: StudyEvent[] }[] = [];
function record(event: StudyEvent): void {
  const last = batches.at(-1);
  const at = Date.now();
  if (!last || at - last.at >= BATCH) {
    batches.push({ at, events: [event] });
    return;
  }
  if (event.kind === "progress" && last.events.at(-1)?.kind === "progress") last.events.pop();
  last.events.push(event);
}

const createdAt = Date.now();
const log = new StudyLog(false);
const report = await runStudy(
  config,
  corpus,
  { ...ports, store },
  {
    signal: new AbortController().signal,
    report(event) {
      log.add(event);
      record(event);
    },
  },
);
log.end();
policy.dispose();

const content: RunItem = {
  record: {
    id: "example",
    name: "Example study",
    createdAt,
    endedAt: Date.now(),
    status: "done",
    message: null,
    config,
    corpusId: config.corpus,
    corpusName: corpus.name,
    backend: "WebAssembly, 1 thread",
  },
  events: batches,
  answers: [...answers.values()],
  report,
};
const options = { createdAt, adapters: false, checkpoints: false };
async function* items() {
  yield { kind: "run" as const, content, adapters: [], checkpoints: [] };
}
const pieces: Uint8Array[] = [];
for await (const piece of writeProject(items(), options, sha256)) pieces.push(piece);
const archive = Buffer.concat(pieces);
const folder = join(demoFolder, "..", "example");
await writeFile(join(folder, "study.zip"), archive);
await writeFile(
  join(folder, "machine.json"),
  `${JSON.stringify({ multiplyAddsPerSecond: Math.round(speed) })}\n`,
);
const hash = createHash("sha256").update(archive).digest("hex");
await writeFile(join(folder, "study.zip.sha256"), `${hash}  study.zip\n`);
process.stdout.write(`${join(folder, "study.zip")}: ${archive.length} bytes, SHA-256 ${hash}\n`);
