/**
 * A finished run as a folder that goes on with TRL on a cluster: its data as JSONL, its adapter in PEFT's format, scripts, and
 * numbers by which they prove themselves. The command line writes it as a folder, the page as a zip.
 */
import { strToU8 } from "fflate";
import { type AdapterWeights, writePeft } from "../adapter/peft";
import type { Answer, AnswerSet } from "../answers/answer";
import type { Corpus, QuestionId } from "../corpus/corpus";
import { BUILT_IN_ENCODER } from "../encode/encoder";
import { modelCard } from "../format/model-card";
import type { ByteDigest } from "../format/project/manifest";
import { shownCycle, type StudyReport } from "../format/report";
import { parseTarget } from "../models/target";
import { splitCorpus } from "../study/split";
import { expectedNumbers, rewardSettings } from "./expected";
import { type BaseModel, type HandOffAdapter, readme } from "./readme";
import { type DecidedQuestion, type HandOffRows, handOffRows } from "./rows";
import { SCRIPTS } from "./scripts";
import { dpoSettings, grpoSettings, type TrlSetting } from "./trl-settings";

const HAND_OFF_FORMAT = "steadfast-hand-off";
const HAND_OFF_VERSION = 1;

/** In place of the built-in encoder, which Python has not: the one that SaGE was published with. */
const PUBLISHED_ENCODER = "sentence-transformers/stsb-distilroberta-base-v2";

export interface HandOffSources {
  /** Version of this program. */
  readonly steadfast: string;
  readonly report: StudyReport;
  readonly corpus: Corpus;
  readonly answersOf: (set: AnswerSet) => Promise<readonly Answer[] | null>;
  readonly adapterOf: (cycle: number, role: "lora" | "ppo") => Promise<AdapterWeights | null>;
  /** SHA-256 in hex. */
  readonly digest: ByteDigest;
}

/**
 * The files by path, in the order in which they are written.
 * @throws RangeError naming what the run lacks: an adapter, or the answers that it was selected from.
 */
export async function handOffFiles(
  sources: HandOffSources,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { report, corpus, digest } = sources;
  const { config } = report;
  const adapter = await adapterToGoOnWith(sources);
  const data = {
    split: splitCorpus(config, corpus),
    decided: await decidedQuestions(sources),
    alignedHeldOut:
      (await sources.answersOf({ cycle: 0, role: "aligned", split: "evaluation" })) ?? [],
  };
  const rows = handOffRows(data, config);
  const model = baseModel(config.target);
  const encoder = config.encoder === BUILT_IN_ENCODER ? PUBLISHED_ENCODER : config.encoder;
  const settings = {
    ...{ model, encoder, reward: rewardSettings(config, config.rollouts.reward) },
    ...{ minimum_margin: config.dpo.minimumMargin, dpo_label_smoothing: config.dpo.labelSmoothing },
    ...{ dpo: byName(dpoSettings(config)), grpo: byName(grpoSettings(config)) },
  };
  const peft = writePeft(adapter.weights);
  const texts: Readonly<Record<string, string>> = {
    "README.md": readme({ steadfast: sources.steadfast, report, adapter, model, encoder, rows }),
    ...SCRIPTS,
    "config.json": json(config),
    "settings.json": json(settings),
    "expected.json": json(expectedNumbers(config)),
    ...dataFiles(rows),
    "adapter/README.md": modelCard(adapter.weights, adapter, report, sources.steadfast),
    "adapter/adapter_config.json": peft["adapter_config.json"],
  };
  const files = new Map<string, Uint8Array>(
    Object.entries(texts).map(([path, text]) => [path, strToU8(text)] as const),
  );
  files.set("adapter/adapter_model.safetensors", peft["adapter_model.safetensors"]);
  const listed = [];
  for (const [path, bytes] of files) {
    listed.push({ path, bytes: bytes.length, sha256: await digest(bytes) });
  }
  const manifest = {
    ...{ format: HAND_OFF_FORMAT, version: HAND_OFF_VERSION, steadfast: sources.steadfast },
    ...{ seed: report.seed, corpus: corpus.name, target: report.target, model },
    ...{ targetModel: report.targetModel ?? null, encoder: report.encoder },
    adapter: { role: adapter.role, cycle: adapter.cycle },
    rows: Object.fromEntries(Object.entries(rows).map(([name, { length }]) => [name, length])),
    files: listed,
  };
  return files.set("manifest.json", strToU8(json(manifest)));
}

/** The best model's; where nothing beat the baseline the last LoRA adapter. */
async function adapterToGoOnWith({ report, adapterOf }: HandOffSources): Promise<HandOffAdapter> {
  const { name, cycle } = report.best;
  const role = name === "ppo" ? name : "lora";
  const from = name === "ppo" || name === "lora" ? cycle : shownCycle(report);
  const weights = from === 0 ? null : await adapterOf(from, role);
  if (weights !== null) return { role, cycle: from, weights };
  throw new RangeError(
    from === 0
      ? `the run trained no adapter to hand off: ${report.cycles[0]?.reason ?? "no cycle ran"}`
      : `the run's ${role} adapter of cycle ${from} is not stored any more`,
  );
}

/** Of a question that came in several cycles the latest decision holds, as it does in a study. */
async function decidedQuestions({
  report,
  answersOf,
}: HandOffSources): Promise<readonly DecidedQuestion[]> {
  const latest = new Map<QuestionId, StudyReport["selection"][number]>();
  for (const record of report.selection) latest.set(record.id, record);
  const answers = new Map<string, readonly Answer[]>();
  for (const cycle of new Set([...latest.values()].map((record) => record.cycle))) {
    for (const role of ["target", "aligned"] as const) {
      const found = await answersOf({ cycle, role, split: "train" });
      if (found === null) {
        throw new RangeError(
          `the ${role} model's answers to the training questions of cycle ${cycle} are not stored any more`,
        );
      }
      answers.set(`${role} ${cycle}`, found);
    }
  }
  return [...latest.values()].map(({ id, cycle, decision }) => {
    const own = (role: "target" | "aligned") =>
      answers.get(`${role} ${cycle}`)!.filter(({ questionId }) => questionId === id);
    return { id, cycle, decision, target: own("target"), aligned: own("aligned") };
  });
}

function dataFiles(rows: HandOffRows): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, list]: [string, readonly object[]]) => [
      `data/${name}.jsonl`,
      list.map((row) => `${JSON.stringify(row)}\n`).join(""),
    ]),
  );
}

function baseModel(target: string): BaseModel {
  const parsed = parseTarget(target);
  return parsed.kind === "hub"
    ? { name: parsed.name, revision: parsed.revision }
    : { name: null, revision: null };
}

const byName = (settings: readonly TrlSetting[]) =>
  Object.fromEntries(settings.map(({ name, value }) => [name, value]));
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
