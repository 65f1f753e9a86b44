/** The files a run can be taken away as: its report, its answers, its adapters. */
import { version } from "../../package.json";
import { type AdapterWeights, type PeftFiles, writePeft } from "../core/adapter/peft";
import { type AnswerSet, answerSetName } from "../core/answers/answer";
import type { Corpus } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import { measuresCsv } from "../core/format/measures-csv";
import { modelCard } from "../core/format/model-card";
import type { StudyReport } from "../core/format/report";
import { reportMarkdown } from "../core/format/report-markdown";
import { gatherReport, toldBy } from "../core/format/report-page/gather";
import { reportPage } from "../core/format/report-page/page";
import { type TrainedRole, adapterOf, adaptersOf } from "../storage/adapters";
import { answerSetsOf, answersOf } from "../storage/answers";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { reportOf } from "../storage/reports";
import { sha256OfBytes } from "../storage/digest";

export interface RunFile {
  readonly name: string;
  readonly type: string;
  /** Writes it, when it is wanted. */
  readonly read: () => Promise<string | Uint8Array>;
}

export interface RunFiles {
  /** Empty until the run has come to its end. */
  readonly report: readonly RunFile[];
  /** Empty where the corpus, which has the wordings, is gone. */
  readonly answers: readonly { readonly set: AnswerSet; readonly file: RunFile }[];
  /** PEFT demands the names of its two files, so those of two adapters are equal. */
  readonly adapters: readonly {
    readonly cycle: number;
    readonly role: TrainedRole;
    readonly files: readonly RunFile[];
    /** The target's weights with the adapter folded in. */
    readonly merged: RunFile;
  }[];
  /** The run as a folder that goes on with TRL; null until there is a report, and where the corpus or the adapters are gone. */
  readonly handOff: RunFile | null;
}

/** Computes the weights of a run's target with an adapter folded in. */
export type Merge = (adapter: AdapterWeights) => Promise<Uint8Array>;

/** Everything that the run has so far. */
export async function runFiles(
  db: Database,
  runId: string,
  corpus: Corpus | null,
  merge: Merge,
): Promise<RunFiles> {
  const [report, sets, adapters] = await Promise.all([
    reportOf(db, runId),
    answerSetsOf(db, runId),
    adaptersOf(db, runId),
  ]);
  return {
    report: report === null ? [] : reportFiles(db, runId, report, corpus),
    answers:
      corpus === null
        ? []
        : sets.map((set) => ({ set, file: answersFile(db, runId, set, corpus) })),
    adapters: adapters.map(({ cycle, role }) => ({
      cycle,
      role,
      files: adapterFiles(db, runId, cycle, role),
      merged: {
        name: "model.safetensors",
        type: "application/octet-stream",
        read: async () => merge(await readAdapter(db, runId, cycle, role)),
      },
    })),
    handOff:
      report === null || corpus === null || adapters.length === 0
        ? null
        : handOffFile(db, runId, report, corpus),
  };
}

const HAND_OFF = "hand-off";

function handOffFile(db: Database, runId: string, report: StudyReport, corpus: Corpus): RunFile {
  return {
    name: `${HAND_OFF}.zip`,
    type: "application/zip",
    async read() {
      const { handOffZip } = await import("../core/hand-off/zip"); // its scripts are wanted seldom
      const sources = {
        ...{ steadfast: version, report, corpus, digest: sha256OfBytes },
        answersOf: (set: AnswerSet) => answersOf(db, runId, set),
        adapterOf: (cycle: number, role: TrainedRole) => adapterOf(db, runId, cycle, role),
      };
      return handOffZip(sources, HAND_OFF);
    },
  };
}

function reportFiles(
  db: Database,
  runId: string,
  report: StudyReport,
  corpus: Corpus | null,
): RunFile[] {
  const page: RunFile[] =
    corpus === null
      ? []
      : [
          {
            name: "report.html",
            type: "text/html",
            read: () => htmlReport(db, runId, report, corpus),
          },
        ];
  return [
    ...page,
    {
      name: "report.json",
      type: "application/json",
      read: async () => `${JSON.stringify(report, null, 2)}\n`,
    },
    { name: "measures.csv", type: "text/csv", read: () => measuresFile(db, runId) },
    { name: "report.md", type: "text/markdown", read: async () => reportMarkdown(report) },
  ];
}

/** Every measure of every scored question, of all models and cycles. */
async function measuresFile(db: Database, runId: string): Promise<string> {
  const events = (await eventsOf(db, runId)).flatMap((batch) => batch.events);
  return measuresCsv(
    events.flatMap((event) =>
      event.kind === "scores"
        ? event.scores.map((score) => ({ model: answerSetName(event.set), score }))
        : [],
    ),
  );
}

async function htmlReport(
  db: Database,
  runId: string,
  report: StudyReport,
  corpus: Corpus,
): Promise<string> {
  const events = (await eventsOf(db, runId)).flatMap((batch) => batch.events);
  const content = await gatherReport({
    steadfast: version,
    report,
    corpus,
    answersOf: (set) => answersOf(db, runId, set),
    ...toldBy(events),
  });
  return reportPage(content, sha256OfBytes);
}

function answersFile(db: Database, runId: string, set: AnswerSet, corpus: Corpus): RunFile {
  return {
    name: `answers-${answerSetName(set)}.csv`,
    type: "text/csv",
    read: async () => answersCsv(corpus, (await answersOf(db, runId, set)) ?? []),
  };
}

function adapterFiles(db: Database, runId: string, cycle: number, role: TrainedRole): RunFile[] {
  const part = (name: keyof PeftFiles, type: string): RunFile => ({
    name,
    type,
    read: async () => {
      return writePeft(await readAdapter(db, runId, cycle, role))[name];
    },
  });
  return [
    {
      name: "README.md",
      type: "text/markdown",
      async read() {
        const weights = await readAdapter(db, runId, cycle, role);
        return modelCard(weights, { role, cycle }, await reportOf(db, runId), version);
      },
    },
    part("adapter_config.json", "application/json"),
    part("adapter_model.safetensors", "application/octet-stream"),
  ];
}

async function readAdapter(
  db: Database,
  runId: string,
  cycle: number,
  role: TrainedRole,
): Promise<AdapterWeights> {
  const weights = await adapterOf(db, runId, cycle, role);
  if (weights === null) throw new Error("the adapter has been deleted with its run");
  return weights;
}
