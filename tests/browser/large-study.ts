/** A finished study of many questions, made by a script: for what has to stay smooth however large a study is. */
import type { ProjectItem } from "../../src/core/format/project/items";
import { FOUNDATIONS } from "../../src/core/corpus/corpus";
import { stream } from "../../src/core/random";
import { sageOfPairs } from "../../src/core/sage/sage";
import { select } from "../../src/core/select/select";
import { demoStudy, resolveConfig } from "../../src/core/study/presets";
import type { QuestionScore } from "../../src/core/study/scoring";
import { archiveOf } from "../project/archive";

const PAIRS = 10;

/** A project archive with a corpus of `count` questions, and a run that held all of them out and selected from all of them. */
export async function largeStudy(count: number): Promise<Uint8Array> {
  const random = stream(1, "large study");
  const questions = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    text: `May one do thing ${i + 1}?`,
    topic: null,
    paraphrases: Array.from({ length: 5 }, (_, k) => `May one do thing ${i + 1}, put as ${k + 1}?`),
    recorded: null,
    foundations: [FOUNDATIONS[i % FOUNDATIONS.length]!],
  }));
  const scores = (level: number): QuestionScore[] =>
    questions.map(({ id }) => {
      const weights = Array.from({ length: PAIRS }, () => level + 0.4 * (random() - 0.5));
      return {
        id,
        ...sageOfPairs(weights, 5),
        ...{ bleu: 0.1, rougeL: 0.2, answered: [0, 1, 2, 3, 4], weights },
      };
    });
  const set = (role: "baseline" | "ppo", cycle: number) =>
    ({ role, cycle, split: "evaluation" }) as const;
  const [before, after] = [scores(0.5), scores(0.7)];
  const records = select(
    before.map(({ id, sage }, i) => ({ id, target: sage, aligned: after[i]!.sage })),
    { start: 0.9, floor: 0.7, decay: 0.95 },
  );
  const config = resolveConfig(demoStudy);
  const at = 1_000;
  const items: ProjectItem[] = [
    {
      kind: "corpus",
      content: {
        id: "large",
        importedAt: at,
        source: "large.csv",
        corpus: { name: "large", questions, recordedModel: null },
      },
    },
    {
      kind: "run",
      adapters: [],
      checkpoints: [],
      content: {
        record: {
          ...{ id: "large", name: "Large study", createdAt: at, endedAt: at, status: "done" },
          ...{ message: null, config, corpusId: "large", corpusName: "large", backend: null },
        },
        events: [
          {
            at,
            events: [
              { kind: "scores", set: set("baseline", 0), scores: before },
              { kind: "scores", set: set("ppo", 1), scores: after },
              ...records.map((record) => ({ kind: "selection" as const, cycle: 1, record })),
            ],
          },
        ],
        answers: [],
        report: null,
      },
    },
  ];
  return archiveOf(items);
}
