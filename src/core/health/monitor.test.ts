import { expect, test } from "vitest";
import demo from "../../../tests/fixtures/health/demo-ppo.json";
import { batchOneEffect } from "./batch-one";
import { type Finding, FINDING_KINDS, type FindingKind } from "./finding";
import { HealthMonitor } from "./monitor";
import type { HealthContext, HealthSample } from "./sample";
import { type Fault, ppoContext, simulatedRun } from "./streams.fixture";

const watch = (run: readonly HealthSample[], context: HealthContext = ppoContext) => {
  const monitor = new HealthMonitor(context);
  for (const sample of run) monitor.add(sample);
  return monitor.findings;
};
const kinds = (findings: readonly Finding[]) => findings.map(({ kind }) => kind);

const START = 41;
const from =
  (change: (sample: HealthSample, since: number) => Partial<HealthSample>): Fault =>
  (sample, step) =>
    step < START ? sample : { ...sample, ...change(sample, step - START + 1) };

const inGroup = (sample: HealthSample, over: object) => ({
  group: sample.group && { ...sample.group, ...over },
});
const scaled = (factor: number) => (x: number | null) => x && x * factor;

const CONSTANT = "It depends, but be kind.";

/** Each fault is planted in step 41 of an otherwise healthy run. */
const faults: readonly [FindingKind, string, Fault][] = [
  ["constant-answer", "every answer in the same words", from((s) => inGroup(s, { texts: s.group!.texts.map(() => CONSTANT), between: 1 }))],
  ["constant-answer", "the same answer in ever new words", from((s) => inGroup(s, { between: 0.93 }))],
  ["kl-high", "KL that runs away", from((s, t) => ({ kl: s.kl.map((x) => x + 1.5 * t) }))],
  ["kl-negative", "answers drawn from a cut-off tail", from((s) => ({ kl: s.kl.map((x) => x - 4 - 4 * Math.abs(x)) }))],
  ["ratio-spike", "two steps of a ratio of 5", from((_, t) => (t % 4 === 1 ? { ratio: 5 } : {}))],
  ["ratio-spike", "a mini-batch over the threshold", from(() => ({ overRatio: 1 }))],
  ["value-explosion", "a value error that doubles every 5 steps", from((s, t) => ({ valueError: s.valueError! * 2 ** (t / 5) }))],
  ["value-explosion", "a value error that is not finite", from(() => ({ valueError: Infinity }))],
  ["entropy-collapse", "entropy a tenth of its start", from((s) => ({ entropy: scaled(0.1)(s.entropy) }))],
  ["length-drift", "answers thrice as long", from((s) => ({ length: scaled(3)(s.length) }))],
  ["length-drift", "answers a third as long", from((s) => ({ length: scaled(1 / 3)(s.length) }))],
  ["zero-spread", "every answer of a group paid the same", from((s) => inGroup(s, { scores: s.group!.scores.map(() => 0.7) }))],
]; // prettier-ignore

test.each(faults)(
  "%s: %s is found within 50 steps, in each of 10 runs, and not before",
  (kind, _, fault) => {
    for (let seed = 0; seed < 10; seed++) {
      const found = watch(simulatedRun(seed, START + 49, fault)).find((f) => f.kind === kind);
      expect(found?.since, `seed ${seed}`).toBeGreaterThanOrEqual(START);
    }
  },
);

test("a policy that gives one answer from its first step on is a problem within 50 steps", () => {
  const constant: Fault = (s) => ({
    ...s,
    ...inGroup(s, { texts: s.group!.texts.map(() => CONSTANT), between: 1 }),
  });
  for (let seed = 0; seed < 10; seed++) {
    const found = watch(simulatedRun(seed, 50, constant)).find((f) => f.kind === "constant-answer");
    expect(found).toMatchObject({ severity: "problem", setting: "reward.samenessPenalty" });
    expect(found!.sentence).toContain(`are “${CONSTANT}”`);
  }
});

test("at most 2 of 40 healthy runs of 200 steps raise any alarm", () => {
  const alarmed = Array.from({ length: 40 }, (_, seed) => watch(simulatedRun(seed, 200)));
  const raised = alarmed.filter(({ length }) => length > 0);
  expect(raised.length, raised.map(kinds).join("; ")).toBeLessThanOrEqual(2);
});

test("the demo's own PPO, as it was recorded, raises no alarm", () => {
  const run = demo.samples.map((sample): HealthSample => ({ ...sample, group: null }));
  expect(run.length).toBeGreaterThan(50);
  expect(watch(run)).toEqual([]);
});

test("one answer a step is found at the third step with the effect measured; several are not", () => {
  const one: Fault = (s) => ({ ...s, answers: 1, kl: s.kl.slice(0, 1) });
  const [found] = watch(simulatedRun(3, 3, one));
  expect(found).toMatchObject({
    kind: "batch-one",
    severity: "problem",
    since: 3,
    setting: "rollouts.batch",
  });
  expect(found!.sentence).toMatch(
    /rewards of .1, .5 and .9 give advantages that differ by \de-\d at most\.$/,
  );
  expect(watch(simulatedRun(3, 50, one), { ...ppoContext, method: "rloo" })).toEqual([]);
});

test("rewards of .1, .5 and .9 have the same advantages at batch 1", () => {
  const { advantages, largestDifference } = batchOneEffect(12, ppoContext.ppo);
  expect(advantages).toHaveLength(3);
  expect(largestDifference).toBeLessThan(1e-3);
  expect(Math.max(...advantages[0]!)).toBeGreaterThan(1);
});

test("equal pay is a warning for PPO and a problem for group methods", () => {
  const flat: Fault = (s) => ({ ...s, ...inGroup(s, { scores: [0.7, 0.7, 0.7] }) });
  const severity = (method: HealthContext["method"]) =>
    watch(simulatedRun(1, 10, flat), { ...ppoContext, method })[0]?.severity;
  expect(["ppo", "rloo", "grpo"].map((m) => severity(m as HealthContext["method"]))).toEqual([
    "warning",
    "problem",
    "problem",
  ]);
});

test("a KL above 10 from the first step on names the reference, a later one the learning rate", () => {
  const high: Fault = (s) => ({ ...s, kl: s.kl.map((x) => x + 30) });
  const settings = [high, faults.find(([kind]) => kind === "kl-high")![2]].map(
    (fault) => watch(simulatedRun(2, 90, fault)).find((f) => f.kind === "kl-high")!.setting,
  );
  expect(settings).toEqual(["rollouts.reference", "ppo.learningRate"]);
});

test("a warning that becomes a problem is told once more and keeps its first step", () => {
  const monitor = new HealthMonitor(ppoContext);
  const run = simulatedRun(4, 90, (s, step) => ({ ...s, kl: s.kl.map(() => step / 2) }));
  const told = run.flatMap((sample) => monitor.add(sample));
  expect(told.map(({ kind, severity }) => [kind, severity])).toEqual([
    ["kl-high", "warning"],
    ["kl-high", "problem"],
  ]);
  expect(monitor.findings).toEqual([{ ...told[1]!, since: told[0]!.since }]);
});

test("steps that trained nothing and methods without a value head are no finding", () => {
  const bare: Fault = (s) => ({
    ...s,
    kl: [],
    ratio: null,
    entropy: null,
    valueError: null,
    length: null,
    group: null,
  });
  expect(watch(simulatedRun(5, 60, bare))).toEqual([]);
});

test("every kind of finding has a planted fault here", () => {
  const planted = new Set(faults.map(([kind]) => kind)).add("batch-one");
  expect([...planted].sort()).toEqual([...FINDING_KINDS].sort());
});
