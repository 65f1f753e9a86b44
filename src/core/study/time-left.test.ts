import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBuiltIn } from "../corpus/built-in";
import type { StudyConfigInput } from "./config";
import type { Phase, StudyEvent } from "./events";
import { type PhaseProgress, followPhases } from "./phases";
import { resolveConfig } from "./presets";
import { expectedTime, runTimeLeft } from "./time-left";
import { planTime } from "./time-plan";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));

/** A real run: what it was asked for, and what it told when, in ms from its start. */
interface Recorded {
  readonly input: StudyConfigInput;
  readonly took: number;
  readonly events: readonly (readonly [at: number, event: StudyEvent])[];
}

/** In the last seconds of a run an error is small, whatever its share of them. */
const SMALL = 4_000; // ms

/** The estimate after each event, in ms, beside what was really left. */
function replay({ input, took, events }: Recorded) {
  const plan = planTime(resolveConfig(input), corpus);
  let phases: readonly PhaseProgress[] = [];
  return events.map(([at, event]) => {
    phases = followPhases(phases, event, at);
    return { at, left: runTimeLeft(plan, phases, at), real: took - at };
  });
}

const recorded = (name: string) =>
  JSON.parse(readFileSync(`tests/fixtures/study-times/${name}.json`, "utf8")) as Recorded;

test.each(["ppo", "grpo", "report", "dpo-two-cycles"])(
  "of the recorded run %s the time left is right within a fifth after the first minute",
  (name) => {
    const estimates = replay(recorded(name)).filter(({ at }) => at >= 60_000);
    expect(estimates.length).toBeGreaterThan(25);
    const wrong = estimates.filter(
      ({ left, real }) => left === null || Math.abs(left - real) > Math.max(0.2 * real, SMALL),
    );
    expect(wrong).toEqual([]);
  },
);

const config = resolveConfig({ preset: "recommended" });
const plan = planTime(config, corpus);
function phase(
  kind: "answer" | "lora" | "ppo",
  cycle: number,
  changes: Partial<PhaseProgress>,
): PhaseProgress {
  const isBaseline = kind === "answer" && cycle === 0;
  const asked: Phase = {
    ...{ kind, cycle, split: isBaseline ? "evaluation" : "train", total: 0 },
    role: kind === "answer" ? (isBaseline ? "baseline" : "target") : kind,
    unit: kind === "answer" ? "answers" : "steps",
  };
  const begun = { countsFrom: { at: 0, done: 0 }, seenAt: 0, endedAt: null, done: 0, total: 0, paceFrom: null }; // prettier-ignore
  return { phase: asked, ...begun, ...changes };
}
const answered = phase("answer", 0, { endedAt: 6_000, done: 60, total: 60 });

test("nothing is said before the first answers, and at twice the pace half the time is left", () => {
  expect(runTimeLeft(plan, [], 0)).toBeNull();
  expect(runTimeLeft(plan, [phase("answer", 0, { done: 3, total: 60 })], 500)).toBeNull();
  const slow = runTimeLeft(plan, [answered], 6_000)!;
  const fast = runTimeLeft(plan, [{ ...answered, endedAt: 3_000 }], 3_000)!;
  expect(fast).toBeCloseTo(slow / 2);
});

test("a training that has shown its pace counts by that, and what has ended no more", () => {
  const lora = (done: number, at: number, endedAt: number | null = null) =>
    phase("lora", 1, { countsFrom: { at: 6_000, done: 0 }, done, total: 150, paceFrom: { at: 8_000, done: 1 }, endedAt: endedAt === null ? null : at }); // prettier-ignore
  const before = runTimeLeft(plan, [answered, lora(51, 58_000)], 58_000)!;
  const after = runTimeLeft(plan, [answered, lora(101, 108_000)], 108_000)!;
  expect(before - after).toBeCloseTo(50_000); // 50 steps at 1 s
  const ended = runTimeLeft(plan, [answered, lora(150, 157_000, 1)], 157_000)!;
  expect(after - ended).toBeCloseTo(49_000);
});

test("a run that goes on after a break is timed from there", () => {
  const told: [number, StudyEvent][] = [
    [0, { kind: "phase", phase: answered.phase }],
    [6_000, { kind: "progress", done: 60, total: 60 }],
    [6_000, { kind: "phase", phase: phase("lora", 1, {}).phase }],
    [8_000, { kind: "progress", done: 1, total: 150 }],
    [18_000, { kind: "progress", done: 11, total: 150 }],
    [900_000, { kind: "resumed", from: { kind: "lora", cycle: 1, step: 11 } }],
    [902_000, { kind: "progress", done: 12, total: 150 }],
    [912_000, { kind: "progress", done: 22, total: 150 }],
  ];
  const until = (count: number) =>
    told
      .slice(0, count)
      .reduce<readonly PhaseProgress[]>(
        (phases, [at, event]) => followPhases(phases, event, at),
        [],
      );
  const before = runTimeLeft(plan, until(5), 18_000)!;
  const after = runTimeLeft(plan, until(8), 912_000)!;
  expect(before - after).toBeCloseTo(11_000); // 11 steps at 1 s
});

/** 1 s an answer; after 192 of 200 the run is broken off, and it goes on ten minutes later. */
const answering = { ...answered.phase, total: 200 };
const answers = (done: number) => ({ kind: "progress", done, total: 200 }) as const;
const goesOn: StudyEvent = { kind: "resumed", from: null };
const follow = (told: readonly (readonly [number, StudyEvent])[]) =>
  told.reduce<readonly PhaseProgress[]>((all, [at, event]) => followPhases(all, event, at), []);

test("a break within the answers is no time of theirs", () => {
  const begun = [[0, { kind: "phase", phase: answering }], [96_000, answers(96)], [192_000, answers(192)]] as const; // prettier-ignore
  const straight = runTimeLeft(plan, follow([...begun, [200_000, answers(200)]]), 200_000)!;
  const broken = follow([...begun, [800_000, goesOn], [808_000, answers(200)]]);
  expect(runTimeLeft(plan, broken, 808_000)).toBeCloseTo(straight);
});

test("answers that were given before a run went on do not make it faster", () => {
  // The phase had told nothing yet, so that its first count holds the earlier ones.
  const found = [[0, { kind: "phase", phase: answering }], [0, goesOn], [4_000, answers(100)]] as const; // prettier-ignore
  expect(runTimeLeft(plan, follow(found), 4_000)).toBeNull();
  const after = follow([...found, [100_000, answers(196)]]);
  const fresh = follow([
    [0, { kind: "phase", phase: answering }],
    [196_000, answers(196)],
  ]);
  expect(runTimeLeft(plan, after, 100_000)).toBeCloseTo(runTimeLeft(plan, fresh, 196_000)!);
});

test("a step of DPO takes longer by its pairs of the feedback list, which the selection and then the phase tell of", () => {
  const dpo = { ...config, rollouts: { ...config.rollouts, method: "dpo" as const } };
  const asked = planTime(dpo, corpus);
  const { pairs, loraSteps } = asked.prior.feedback!;
  expect(pairs).toBe(5 * dpo.rollouts.passes);
  expect(planTime(config, corpus).prior.feedback).toBeNull();

  const lora = phase("lora", 1, { countsFrom: { at: 6_000, done: 0 }, done: 11, total: 11, paceFrom: { at: 8_000, done: 1 }, endedAt: 18_000 }); // prettier-ignore
  const select = (feedback: number): PhaseProgress => {
    const asked = { kind: "select", cycle: 1, role: null, split: "train", total: 9, unit: "questions" } as const; // prettier-ignore
    return { ...phase("ppo", 1, { endedAt: 6_000 }), phase: asked, feedback };
  };
  const before = (feedback: number) =>
    runTimeLeft(asked, [answered, select(feedback), lora], 18_000)!;
  expect(before(3) - before(0)).toBeCloseTo(3 * pairs * loraSteps * 1_000); // a step of LoRA took 1 s

  const pairMs = loraSteps * 1_000;
  const steps = (feedbackPairs: readonly number[], took: number) => {
    const begun = phase("ppo", 1, { countsFrom: { at: 18_000, done: 0 }, done: 4, total: 6, paceFrom: { at: 20_000, done: 1 } }); // prettier-ignore
    const entry = { ...begun, phase: { ...begun.phase, total: 6, feedbackPairs } };
    return runTimeLeft(asked, [answered, lora, entry], 20_000 + took)!;
  };
  const plain = steps([0, 0, 0, 0, 0, 0], 6_000); // 2 s a step
  expect(steps([0, 0, 0, 0, 5, 0], 6_000) - plain).toBeCloseTo(5 * pairMs);
  expect(steps([0, 5, 0, 0, 0, 0], 6_000 + 5 * pairMs) - plain).toBeCloseTo(0);
});

test("the steps of a cycle are timed together with some of the one before, until a break comes between", () => {
  const two = planTime({ ...config, cycles: { ...config.cycles, max: 2, patience: 2 } }, corpus);
  const first = phase("lora", 1, { countsFrom: { at: 6_000, done: 0 }, done: 11, total: 11, paceFrom: { at: 8_000, done: 1 }, endedAt: 18_000 }); // prettier-ignore
  const second = phase("lora", 2, { countsFrom: { at: 18_000, done: 0 }, done: 7, total: 8, paceFrom: { at: 20_000, done: 1 } }); // prettier-ignore
  const left = (phases: readonly PhaseProgress[], took: number) =>
    runTimeLeft(two, [answered, ...phases], 20_000 + took)!;
  // 6 steps of 2 s, and 3 of 1 s: the one that is left comes to 5/3 s, and what follows is counted in answers.
  const alone = left([{ ...first, paceFrom: null }, second], 12_000);
  expect(alone - left([first, second], 12_000)).toBeGreaterThan(1_000 / 3 - 1);
  const same = left([{ ...first, paceFrom: null }, second], 6_000);
  expect(left([first, second], 6_000)).toBeCloseTo(same); // both at 1 s a step
});

test("a training that was passed over is not waited for", () => {
  const two = planTime({ ...config, cycles: { ...config.cycles, max: 2, patience: 2 } }, corpus);
  const second = phase("answer", 2, { countsFrom: { at: 6_000, done: 0 }, total: 140 });
  const whole = runTimeLeft(plan, [answered], 6_000)!;
  const left = runTimeLeft(two, [answered, second], 6_000)!;
  expect(left).toBeCloseTo(whole); // of the first cycle nothing is left
});

test("a study to come takes what the same one took, twice the steps twice their time, and nothing is known from nothing", () => {
  const { input, took, events } = recorded("ppo");
  const earlier = {
    plan: planTime(resolveConfig(input), corpus),
    phases: events.reduce<readonly PhaseProgress[]>((all, [at, event]) => followPhases(all, event, at), []), // prettier-ignore
    at: took,
  };
  const expected = (asked: StudyConfigInput) =>
    expectedTime(planTime(resolveConfig(asked), corpus), earlier)!;
  expect(expected(input) / took).toBeGreaterThan(0.95);
  expect(expected(input) / took).toBeLessThan(1.05);
  const steps = (n: number) => expected({ ...input, sft: { steps: n } });
  const [once, again] = [steps(300) - steps(150), steps(450) - steps(300)];
  expect(once / again).toBeCloseTo(1, 1);
  const none = expected({ ...input, rollouts: { enabled: false } });
  expect(none).toBeLessThan(0.6 * took); // PPO and its evaluation took half
  const longer = { ...input, rollouts: { enabled: false }, sampling: { maxNewTokens: 96 } };
  expect(expected(longer)).toBeGreaterThan(none);
  expect(expectedTime(plan, { ...earlier, phases: [] })).toBeNull();
});

test("an earlier study without training questions tells of its answers alone, and the rest is guessed", () => {
  for (const method of ["ppo", "dpo"] as const) {
    const pinned = { questions: [], times: 0 };
    const asked = { ...config, pinned, rollouts: { ...config.rollouts, method } };
    const evaluation = corpus.questions.length;
    const bare = planTime({ ...asked, questions: { ...config.questions, evaluation } }, corpus);
    const earlier = { plan: bare, phases: [answered], at: 6_000 };
    const expected = expectedTime(planTime(asked, corpus), earlier);
    const { loraSteps, answers } = bare.prior.rolloutStep;
    expect(loraSteps, method).toBeGreaterThanOrEqual(0);
    expect(answers, method).toBeGreaterThanOrEqual(0);
    expect(expected, method).toBeGreaterThan(6_000);
  }
});

test("cycles that may not all be run are said to be at most", () => {
  const mayEnd = (cycles: object) =>
    planTime({ ...config, cycles: { ...config.cycles, ...cycles } }, corpus).mayEndEarlier;
  expect(mayEnd({ max: 1, patience: 1 })).toBe(false);
  expect(mayEnd({ max: 3, patience: 1 })).toBe(true);
  expect(mayEnd({ max: 3, patience: 3 })).toBe(false);
});
