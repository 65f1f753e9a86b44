/** Random projects for tests: every kind of item and event, texts of any code units, figures that JSON has no number for. */
import { requestKey } from "../../src/core/chat/request";
import fc from "fast-check";
import { someEvents, someTask } from "../annotation/tasks";
import { writeCheckpoint } from "../../src/core/format/checkpoint";
import type { ProjectItem, RunCheckpoint } from "../../src/core/format/project/items";
import { byteDigest } from "./archive";
import type { TaskItem } from "../../src/core/format/project/items-schema";
import { DRAFT_KINDS, draftId } from "../../src/core/review/draft";
import { FINDING_KINDS } from "../../src/core/health/finding";
import { LISTED_NAMES, SUMMARISED_NAMES } from "../../src/core/measures/registry";
import type { DpoStats } from "../../src/core/dpo/statistics";
import type { GroupStats } from "../../src/core/group-rl/statistics";
import type { PpoStats } from "../../src/core/ppo/statistics";
import { CURVES } from "../../src/core/study/curves";
import type { StepStats } from "../../src/core/study/trainer";
import type { StudyEvent } from "../../src/core/study/events";
import type { QuestionScore } from "../../src/core/study/scoring";
import { adapter, config, report } from "../../src/storage/rows.fixture";

const unit = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(..."ab <>&\"'\n\\é„😀".split("")) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) },
);
const text = fc.oneof(
  fc.string({ unit, maxLength: 12 }),
  fc.constantFrom("__proto__", "=1+1", "../x"),
);
const id = fc.oneof(fc.uuid(), fc.string({ unit, minLength: 1, maxLength: 5 }));
const figure = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, 0, -0));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const count = fc.nat(500);
const time = fc.nat(2e9);
const questionId = fc.oneof(fc.integer(), text);
const few = { maxLength: 3 };

const answerSet = fc.record({
  cycle: fc.nat(3),
  role: fc.constantFrom("baseline", "target", "lora", "ppo", "aligned" as const),
  split: fc.constantFrom("evaluation", "train" as const),
});
/** What is read whether a writer of its time knew it or not. */
const orMissing = <T extends object, K extends string, V>(
  base: fc.Arbitrary<T>,
  key: K,
  value: fc.Arbitrary<V>,
) =>
  fc
    .tuple(base, fc.option(value, { nil: null }))
    .map(([all, own]): T & { [key in K]?: V } => (own === null ? all : { ...all, [key]: own }));
const byName = <K extends string, V>(names: readonly K[], value: fc.Arbitrary<V>) =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }) as fc.Arbitrary<{
    [key in K]?: V;
  }>;
const summary = fc.record({
  mean: maybe(figure),
  interval: maybe(fc.tuple(figure, figure)),
  n: count,
  reason: maybe(text),
});
const measured = fc.record({ value: maybe(figure), n: count, reason: maybe(text) });
const plainModel = fc.record({
  name: fc.constantFrom("baseline", "lora", "ppo", "aligned" as const),
  mean: maybe(figure),
  interval: maybe(fc.tuple(figure, figure)),
  n: count,
  betweenQuestions: maybe(figure),
});
const model = orMissing(plainModel, "measures", byName(SUMMARISED_NAMES, summary));
const findings = fc.array(
  fc.record({
    kind: fc.constantFrom(...FINDING_KINDS),
    severity: fc.constantFrom("warning", "problem" as const),
    since: count,
    sentence: text,
    setting: text,
  }),
  few,
);
const plainScore = fc.record({
  id: questionId,
  sage: maybe(figure),
  meanSimilarity: maybe(figure),
  evenness: maybe(figure),
  weakest: maybe(figure),
  n: count,
  reason: maybe(text),
  bleu: maybe(figure),
  rougeL: maybe(figure),
  answered: fc.array(count, few),
  weights: fc.array(figure, few),
});
const score: fc.Arbitrary<QuestionScore> = orMissing(
  plainScore,
  "measures",
  byName(LISTED_NAMES, measured),
);
const curves = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, maybe(figure)])) as Record<
    Name,
    fc.Arbitrary<number | null>
  >;
const ppoStats = fc.record({
  ...curves(CURVES.ppo),
  "objective/kl_dist": fc.array(figure, few),
  responses: count,
  skippedResponses: count,
  miniBatches: count,
  miniBatchesOverRatio: count,
  stoppedEarly: fc.boolean(),
  reason: maybe(text),
}) satisfies fc.Arbitrary<PpoStats>;
const groupStats = fc.record({
  ...curves(CURVES.grpo),
  method: fc.constantFrom("rloo", "grpo" as const),
  "objective/kl_dist": fc.array(figure, few),
  ratio: maybe(figure),
  responses: count,
  skippedResponses: count,
  updates: count,
  reason: maybe(text),
}) satisfies fc.Arbitrary<GroupStats>;
const dpoStats = fc.record({
  ...curves(CURVES.dpo),
  method: fc.constant("dpo" as const),
  pairs: count,
  skippedPairs: count,
  updates: count,
  reason: maybe(text),
}) satisfies fc.Arbitrary<DpoStats>;
const stepStats: fc.Arbitrary<StepStats> = fc.oneof(ppoStats, groupStats, dpoStats);

const kind = <K extends string>(name: K) => fc.constant(name);
const event: fc.Arbitrary<StudyEvent> = fc.oneof(
  fc.record({
    kind: kind("phase"),
    phase: fc.record({
      kind: fc.constantFrom("answer", "score", "select", "lora", "ppo" as const),
      cycle: count,
      role: maybe(fc.constantFrom("target", "ppo" as const)),
      split: fc.constantFrom("evaluation", "train" as const),
      total: count,
      unit: fc.constantFrom("answers", "questions", "steps" as const),
    }),
  }),
  fc.record({ kind: kind("progress"), done: count, total: count }),
  fc.record({ kind: kind("scores"), set: answerSet, scores: fc.array(score, few) }),
  fc.record({ kind: kind("model"), cycle: count, model }),
  fc.record({
    kind: kind("selection"),
    cycle: count,
    record: fc.record({
      id: questionId,
      threshold: figure,
      aligned: maybe(figure),
      target: maybe(figure),
      decision: fc.constantFrom("train", "feedback", "reject", "unscored" as const),
    }),
  }),
  fc.record({
    kind: kind("sft-step"),
    cycle: count,
    step: fc.record({
      step: count,
      totalSteps: count,
      loss: figure,
      learningRate: figure,
      gradientNorm: figure,
      tokens: count,
    }),
  }),
  fc
    .record({
      kind: kind("ppo-step"),
      cycle: count,
      step: count,
      totalSteps: count,
      meanScore: figure,
      stats: stepStats,
    })
    .chain((step) =>
      fc.oneof(
        fc.constant(step),
        findings.map((f) => ({ ...step, findings: f })),
      ),
    ),
  fc.record({
    kind: kind("resumed"),
    from: maybe(
      fc.record({ kind: fc.constantFrom("lora", "ppo" as const), cycle: count, step: count }),
    ),
  }),
  fc.record({ kind: kind("note"), sentence: text }),
  fc.record({
    kind: kind("spending"),
    spending: fc.record({
      ...{ replies: fc.nat(9), estimated: fc.nat(9) },
      ...{ promptTokens: fc.nat(9), completionTokens: fc.nat(9) },
      cost: fc.option(finite),
    }),
  }),
  fc.record({
    kind: kind("pinned"),
    cycle: count,
    phase: fc.constantFrom("lora", "ppo" as const),
    step: count,
    answers: fc.array(fc.record({ questionId, text }), few),
  }),
  fc.record({
    kind: kind("cycle"),
    outcome: fc.record({
      cycle: count,
      trainedOn: count,
      feedback: count,
      rejected: count,
      reason: maybe(text),
      models: fc.array(model, few),
      improved: fc.boolean(),
      skippedAnswers: count,
    }),
  }),
);

const question = fc
  .array(fc.tuple(text, text, maybe(text)), { minLength: 1, maxLength: 4 })
  .chain((rows) =>
    fc.record({
      id: questionId,
      text,
      topic: maybe(text),
      paraphrases: fc.constant(rows.map(([wording]) => wording)),
      recorded: maybe(fc.constant(rows.map(([, answer, rot]) => ({ text: answer, rot })))),
    }),
  );

const corpusItem = (id: string): fc.Arbitrary<ProjectItem> =>
  fc.record({
    kind: kind("corpus"),
    content: fc.record({
      id: fc.constant(id),
      importedAt: time,
      source: text,
      corpus: fc.record({
        name: text,
        questions: fc.array(question, { minLength: 1, maxLength: 3 }),
        recordedModel: maybe(text),
      }),
    }),
  });

const answer = fc.record({ questionId, paraphrase: count, text, ruleOfThumb: maybe(text) });
const weights = fc
  .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 6, maxLength: 6 })
  .map((bits) => {
    const values = new Float32Array(Uint32Array.from(bits).buffer); // any bits: NaN payloads too
    const tensors = (["A", "B"] as const).map((side, i) => ({
      name: `h.0.attn.c_attn.lora_${side}.weight`,
      shape: side === "A" ? [1, 3] : [3, 1],
      data: values.slice(3 * i, 3 * i + 3),
    }));
    return { ...adapter, config: { ...config.adapter, rank: 1 }, tensors };
  });

/** In this order the database has the sets of a cycle. */
const setOf = ({ role, split }: { readonly role: string; readonly split: string }) =>
  `${role} ${split}`;

/** Checkpoints are hashed, which is asynchronous: these make them. */
const checkpointSeeds = fc.uniqueArray(
  fc.record({ serial: fc.integer({ min: 1, max: 99 }), savedAt: time, step: count, weights }),
  { maxLength: 2, selector: ({ serial }) => serial },
);

const runSeed = (id: string) => fc.record({ item: runItem(id), checkpoints: checkpointSeeds });

const runItem = (id: string): fc.Arbitrary<ProjectItem & { kind: "run" }> =>
  fc.record({
    kind: kind("run"),
    content: fc.record({
      record: fc.record({
        id: fc.constant(id),
        name: text,
        createdAt: time,
        endedAt: maybe(time),
        status: fc.constantFrom(
          ...(["running", "paused", "done", "cancelled", "failed", "interrupted"] as const),
        ),
        message: maybe(text),
        config: text.map((corpus) => ({ ...config, corpus })),
        corpusId: text,
        corpusName: text,
        backend: maybe(text),
      }),
      events: fc.array(fc.record({ at: time, events: fc.array(event, few) }), { maxLength: 4 }),
      answers: fc
        .uniqueArray(
          fc.tuple(answerSet, fc.array(answer, few)).map(([set, answers]) => ({ ...set, answers })),
          { maxLength: 3, selector: (set) => `${set.cycle} ${setOf(set)}` },
        )
        .map((sets) => sets.sort((a, b) => a.cycle - b.cycle || (setOf(a) < setOf(b) ? -1 : 1))),
      report: maybe(fc.record({ ...constants(report), models: fc.array(model, few) })),
    }),
    adapters: fc.uniqueArray(
      fc.record({ cycle: fc.nat(2), role: fc.constantFrom("lora", "ppo" as const), weights }),
      { maxLength: 3, selector: ({ cycle, role }) => `${cycle} ${role}` },
    ),
    checkpoints: fc.constant([]),
  });

function constants<T extends object>(value: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fc.constant(inner as unknown)]),
  ) as { [K in keyof T]: fc.Arbitrary<T[K]> };
}

const decision = fc.record({
  pairId: text,
  label: maybe(fc.constantFrom("Y", "N", "NA" as const)),
  by: text,
  at: time,
  comment: text,
});
const decisions = fc.array(decision, { maxLength: 3 });

const sessions = fc
  .uniqueArray(fc.record({ name: id, kind: fc.constantFrom("person", "model" as const) }), {
    maxLength: 2,
    selector: ({ name, kind }) => `${kind} ${name}`,
  })
  .chain((raters) =>
    fc.tuple(
      ...raters.map((rater) =>
        someEvents(6)
          .filter((events) => events.length > 0)
          .map((events) => ({ rater, part: 0, events })),
      ),
    ),
  );

/** Tasks are hashed, which is asynchronous: this gives what makes one. */
const taskSeed = fc.record({
  title: text,
  seed: fc.nat(1e6),
  createdAt: time,
  source: fc.oneof(
    fc.record({ kind: kind("file"), name: text }),
    fc.record({ kind: kind("corpus"), corpusId: text, name: text }),
    fc.record({ kind: kind("run"), runId: text, set: answerSet }),
    fc.record({ kind: kind("run"), runId: text, set: answerSet, against: answerSet }),
  ),
  sessions,
  decisions,
});

const settings = fc.record(
  { setup: text, theme: text, labelKeys: text },
  { requiredKeys: [] },
) satisfies fc.Arbitrary<Record<string, unknown>>;

const reply = (payer: string) =>
  fc
    .record({
      baseUrl: text,
      model: text,
      content: text,
      temperature: fc.nat(2),
      sample: fc.nat(9),
    })
    .chain(({ content, temperature, ...rest }) => {
      const messages = [{ role: "user" as const, content }];
      const request = { ...rest, messages, parameters: { temperature } };
      return fc.record({
        ...{ key: fc.constantFrom("", " 7").map((end) => requestKey(request) + end) },
        ...{ request: fc.constant(request), text, at: time },
        usage: fc.option(fc.record({ promptTokens: fc.nat(9), completionTokens: fc.nat(9) })),
        ...{ response: text, payer: fc.constant(payer) },
      });
    });
/** By key, as the database has them; what was asked has one reply, whoever paid. */
const repliesOf = (payers: readonly string[]) =>
  fc
    .tuple(...payers.map((payer) => fc.array(reply(payer), { minLength: 1, maxLength: 3 })))
    .map((all) => {
      const distinct = [...new Map(all.flat().map((reply) => [reply.key, reply])).values()];
      const sorted = distinct.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      return payers.flatMap((payer): ProjectItem[] => {
        const replies = sorted.filter((reply) => reply.payer === payer);
        return replies.length === 0 ? [] : [{ kind: "replies", content: { payer, replies } }];
      });
    });

const ids = (maxLength: number) => fc.uniqueArray(id, { maxLength });

const draft = (of: string) =>
  fc
    .record({
      ...{ draftKind: fc.constantFrom(...DRAFT_KINDS), at: time, model: text },
      encoder: maybe(fc.record({ name: text, revision: text })),
      texts: fc.array(
        fc.record({
          ...{ questionId, question: text, text, edited: maybe(text), reason: maybe(text) },
          ...{ similarity: maybe(finite), score: maybe(finite), answer: text, paraphrase: count },
          decision: maybe(fc.constantFrom("keep", "drop" as const)),
        }),
        { minLength: 1, maxLength: 12 },
      ),
    })
    .map(({ draftKind, at, model, encoder, texts }): ProjectItem => {
      const id = draftId(draftKind, of);
      const items = texts.map(({ answer, paraphrase, ...item }, position) => ({
        ...{ ...item, draftId: id, position },
        answer: draftKind === "rots" ? { text: answer, paraphrase } : null,
      }));
      const draft = { ...{ id, kind: draftKind, corpusId: of }, model, encoder, at };
      return { kind: "draft", content: { draft, items } };
    });

/** What a random project is made of; `projectOf` makes it. */
export const seedOfProject = fc.tuple(ids(3), ids(3), ids(2)).chain(([corpora, runs, subjects]) =>
  fc.record({
    corpora: fc.tuple(...corpora.map(corpusItem)),
    drafts: fc.tuple(...corpora.map(draft)),
    runs: fc.tuple(...runs.map(runSeed)),
    tasks: fc.array(taskSeed, { maxLength: 2 }),
    decisions: fc.tuple(
      ...subjects.map((subject) =>
        decisions
          .filter(({ length }) => length > 0)
          .map((decisions): ProjectItem => ({
            kind: "decisions",
            content: { subject, decisions },
          })),
      ),
    ),
    replies: repliesOf(subjects),
    settings,
  }),
);
export type ProjectSeed = typeof seedOfProject extends fc.Arbitrary<infer T> ? T : never;

type CheckpointSeed = ProjectSeed["runs"][number]["checkpoints"][number];

async function toCheckpoint({
  serial,
  savedAt,
  step,
  weights,
}: CheckpointSeed): Promise<RunCheckpoint> {
  const tensors = weights.tensors.map(
    ({ name, shape, data }) => [name, { shape, values: data }] as const,
  );
  const phase = { kind: "ppo", cycle: 1 } as const;
  const content = { phase, step, state: [serial], tensors: Object.fromEntries(tensors) };
  const chunks: Uint8Array[] = [];
  const manifest = await writeCheckpoint(content, savedAt, byteDigest, async (_, bytes) => {
    chunks.push(bytes);
  });
  return { serial, phase, step, savedAt, manifest, chunks };
}

/** Models before people, each by name: as the database has them. */
const keyOf = ({ kind, name }: { readonly kind: string; readonly name: string }) => kind + name;

/** The items of a project, settings first. */
export async function projectOf(seed: ProjectSeed): Promise<ProjectItem[]> {
  const tasks = new Map<string, ProjectItem>();
  for (const { title, seed: taskSeed, ...rest } of seed.tasks) {
    const task = await someTask({ title, seed: taskSeed });
    const { createdAt, source, decisions } = rest;
    const sessions = rest.sessions.toSorted((a, b) => (keyOf(a.rater) < keyOf(b.rater) ? -1 : 1));
    const stored = { id: task.id, createdAt, source, task };
    const content = { stored, sessions, decisions } as TaskItem;
    tasks.set(task.id, { kind: "task", content });
  }
  const own: ProjectItem = { kind: "settings", content: seed.settings };
  const runs = await Promise.all(
    seed.runs.map(async ({ item, checkpoints }) => ({
      ...item,
      checkpoints: await Promise.all(
        checkpoints.toSorted((a, b) => a.serial - b.serial).map(toCheckpoint),
      ),
    })),
  );
  return [
    own,
    ...seed.corpora,
    ...runs,
    ...tasks.values(),
    ...seed.decisions,
    ...seed.replies,
    ...seed.drafts,
  ];
}
