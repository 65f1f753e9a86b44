import fc from "fast-check";
import { expect, test } from "vitest";
import type { Question } from "../corpus/corpus";
import { distanceToCentroid, entropy, generalisedJsd, jsCentroid, jsDistance } from "./divergence";
import { summariseTask, takeTask } from "./evaluate";
import { hellaSwag } from "./hellaswag";
import { amongChoices, type ContinuationModel } from "./log-probs";
import { moralChoice } from "./moralchoice";
import { taskOf, TASKS } from "./registry";
import { truthfulQa } from "./truthfulqa";
import { valueConsistency } from "./valueconsistency";

const question = (texts: readonly string[], right: readonly number[], best: number | null) =>
  ({
    ...{ id: 1, text: "Why?", topic: null, paraphrases: [], recorded: null },
    choices: { texts, right, best },
  }) satisfies Question;

const logs = (...p: number[]) => p.map(Math.log);

test("probabilities among choices are the softmax, also of log-probabilities that underflow alone", () => {
  expect(amongChoices(logs(0.02, 0.06))).toBeAllClose([0.25, 0.75]);
  expect(amongChoices([-5000, -5000 + Math.log(3)])).toBeAllClose([0.25, 0.75]);
  expect(() => amongChoices([])).toThrow("must be numbers, got []");
  expect(() => amongChoices([0, NaN])).toThrow("NaN");
});

test("MC1 asks whether the best answer beats every wrong one, MC2 how much the right ones weigh", () => {
  const three = question(["best", "right", "wrong"], [0, 1], 0);
  // The other right answer is likeliest; MC1 leaves it out.
  expect(truthfulQa.score(three, logs(0.2, 0.5, 0.1))).toEqual({
    mc1: 1,
    mc2: expect.closeTo(0.7 / 0.8, 12) as number,
  });
  expect(truthfulQa.score(three, logs(0.1, 0.5, 0.2)).mc1).toBe(0);
});

test("MC2 does not change when all log-probabilities do by the same", () => {
  const four = question(["a", "b", "c", "d"], [0, 2], 0);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -90, max: 0, noNaN: true }), { minLength: 4, maxLength: 4 }),
      fc.double({ min: -50, max: 50, noNaN: true }),
      (z, shift) => {
        const { mc2 } = truthfulQa.score(four, z);
        expect(
          truthfulQa.score(
            four,
            z.map((x) => x + shift),
          ).mc2,
        ).toBeCloseTo(mc2!, 9);
        expect(mc2).toBeGreaterThanOrEqual(0);
        expect(mc2).toBeLessThanOrEqual(1 + 1e-12);
      },
    ),
  );
});

test("TruthfulQA is asked after its six published examples", () => {
  const requests = truthfulQa.requests(question(["Yes", "No"], [0], 0))!;
  expect(requests.map(({ continuation }) => continuation)).toEqual([" Yes", " No"]);
  expect(requests[0]!.prompt.match(/^Q: /gm)).toHaveLength(7);
  expect(requests[0]!.prompt.endsWith("\n\nQ: Why?\nA:")).toBe(true);
});

test("HellaSwag's length-normalised accuracy divides by the characters of the ending", () => {
  const two = question(["short", "a much longer ending"], [1], 1); // 5 and 20 characters
  expect(hellaSwag.score(two, [-10, -30])).toEqual({ accuracy: 0, accuracyNormalised: 1 });
  expect(hellaSwag.score(two, [-10, -50])).toEqual({ accuracy: 0, accuracyNormalised: 0 });
});

test("entropy and divergence are those worked out by hand, and SciPy's", () => {
  expect(entropy([0.5, 0.5])).toBeCloseTo(Math.log(2), 12);
  expect(entropy([1, 0])).toBeCloseTo(0, 12);
  expect(generalisedJsd([[1, 0], [0, 1]])).toBeCloseTo(1, 12); // prettier-ignore
  expect(generalisedJsd([[0.3, 0.7], [0.3, 0.7]])).toBeCloseTo(0, 12); // prettier-ignore
  // H([.5, .5]) − H([.9, .1]) = 0.693147 − 0.325083 nats, over log 2
  expect(generalisedJsd([[0.9, 0.1], [0.1, 0.9]])).toBeCloseTo(0.368064 / Math.LN2, 5); // prettier-ignore
  // scipy.spatial.distance.jensenshannon([1, 0], [0.5, 0.5]), its documentation's example in base e
  expect(jsDistance([1, 0], [0.5, 0.5])).toBeCloseTo(0.46450140402245893, 12);
  expect(jsDistance([1, 0], [0, 1])).toBeCloseTo(Math.sqrt(Math.LN2), 12);
});

const odds = fc.double({ min: 0, max: 1, noNaN: true }).map((p) => [p, 1 - p]);

test("the centroid is nearer to all together than any other point, and lies between them", () => {
  fc.assert(
    fc.property(fc.array(odds, { minLength: 1, maxLength: 6 }), odds, (distributions, other) => {
      const centroid = jsCentroid(distributions);
      const cost = (c: readonly number[]) =>
        distributions.reduce((sum, p) => sum + jsDistance(p, c) ** 2, 0);
      expect(cost(centroid)).toBeLessThanOrEqual(cost(other) + 1e-8);
      const first = distributions.map(([p]) => p!);
      expect(centroid[0]).toBeGreaterThanOrEqual(Math.min(...first) - 1e-6);
      expect(centroid[0]).toBeLessThanOrEqual(Math.max(...first) + 1e-6);
    }),
  );
});

test("the distance to the centroid is 0 for equal odds, and half of two opposite ones each by symmetry", () => {
  expect(distanceToCentroid([[0.2, 0.8], [0.2, 0.8]])).toBeCloseTo(0, 5); // prettier-ignore
  const opposite = distanceToCentroid([[1, 0], [0, 1]]); // prettier-ignore
  expect(opposite).toBeCloseTo(jsDistance([1, 0], [0.5, 0.5]), 6); // the centroid is even
});

test("what is no distribution is refused", () => {
  expect(() => entropy([0.5, 0.6])).toThrow("[0.5, 0.6] is no distribution");
  expect(() => generalisedJsd([])).toThrow("at least one");
  expect(() => generalisedJsd([[0.5, 0.5], [0.2, 0.3, 0.5]])).toThrow("2 and 3 outcomes"); // prettier-ignore
  expect(() => jsCentroid([[-0.5, 1.5]])).toThrow("no distribution");
});

const dilemma = question(["Tell.", "Stay silent."], [0], 0);

test("MoralChoice asks three forms in both orders, and knows which answer chooses which action", () => {
  const requests = moralChoice.requests(dilemma)!;
  expect(requests).toHaveLength(12);
  expect(requests.slice(0, 4).map(({ continuation }) => continuation)).toEqual([
    " A",
    " B",
    " B",
    " A",
  ]);
  expect(requests[2]!.prompt).toContain("A. Stay silent.\nB. Tell.");
  expect(requests.slice(4, 8).map(({ continuation }) => continuation)).toEqual([
    " Tell.",
    " Stay silent.",
    " Tell.",
    " Stay silent.",
  ]);
});

test("MoralChoice's likelihood is the mean over the forms; equal odds are fully consistent", () => {
  const same = Array.from({ length: 6 }, () => logs(0.03, 0.01)).flat();
  const { likelihood, entropy, formConsistency, accuracy } = moralChoice.score(dilemma, same);
  expect(likelihood).toBeCloseTo(0.75, 12);
  expect(entropy).toBeCloseTo(0.811278, 6); // H₂(.75), in bits
  expect(formConsistency).toBeCloseTo(1, 12);
  expect(accuracy).toBe(1);
});

test("a model that always says A is undecided and inconsistent, whatever the actions are", () => {
  const always = Array.from({ length: 3 }, () => [...logs(0.99, 0.01), ...logs(0.01, 0.99)]).flat();
  const found = moralChoice.score(dilemma, always);
  expect(found["likelihood"]).toBeCloseTo(0.5, 12);
  expect(found["entropy"]).toBeCloseTo(1, 12);
  // 1 − (1 − H₂(.01)), H₂(.01) = .080793 bits
  expect(found["formConsistency"]).toBeCloseTo(0.080793, 6);
  expect(moralChoice.score(question(["a", "b"], [], null), always)["accuracy"]).toBeNull();
});

test("ValueConsistency weighs yes and no after every wording", () => {
  const two = { ...dilemma, paraphrases: ["Is it right?", "May one?"] };
  expect(valueConsistency.requests(two)!.map(({ continuation }) => continuation)).toEqual([
    " yes",
    " no",
    " yes",
    " no",
  ]);
  expect(valueConsistency.requests({ ...two, paraphrases: ["One?"] })).toBeNull();
  const opposite = valueConsistency.score(two, [0, -60, -60, 0]);
  expect(opposite["inconsistency"]).toBeCloseTo(0.4645014, 5);
  expect(opposite["yes"]).toBeCloseTo(0.5, 9);
  expect(valueConsistency.score(two, logs(0.2, 0.1, 0.4, 0.2))["inconsistency"]).toBeCloseTo(0, 5);
});

test("each task has the name of the format it is read from", () => {
  for (const task of TASKS) expect(taskOf(task.name as Parameters<typeof taskOf>[0])).toBe(task);
  expect(taskOf("mcc")).toBeNull();
});

/** Finds the first choice the likelier the shorter it is; takes no continuation of more than 10 letters. */
const toy: ContinuationModel = {
  name: "toy",
  logProbs: async (continuations) =>
    continuations.map(({ continuation: { length } }) => (length > 10 ? null : -length)),
};

test("a model takes a task question by question; what it cannot be asked is null with a reason", async () => {
  const questions = [
    question(["a", "bcd"], [0], 0),
    question(["abcd", "b"], [0], 0),
    question(["a", "far too long for it"], [0], 0),
    { ...question([], [], null), choices: undefined } as unknown as Question,
  ].map((q, id) => ({ ...q, id }));
  const counts: number[] = [];
  const rows = await takeTask(truthfulQa, questions, toy, {
    signal: new AbortController().signal,
    onProgress: (done) => counts.push(done),
  });
  expect(counts).toEqual([1, 2, 3, 4]);
  expect(rows.map(({ values }) => values["mc1"])).toEqual([1, 0, null, null]);
  expect(rows.map(({ reason }) => reason)).toEqual([
    ...[null, null],
    ...["it is too long for toy", "it has not what TruthfulQA asks"],
  ]);
  const [mc1] = summariseTask(truthfulQa, rows, 1);
  expect(mc1).toMatchObject({ name: "mc1", value: 0.5, n: 2, reason: null });
  expect(mc1!.interval).toEqual([0, 1]);
  const [none] = summariseTask(truthfulQa, rows.slice(2), 1);
  expect(none).toMatchObject({ value: null, n: 0, reason: "it is too long for toy" });
});

test("an abort ends it between questions", async () => {
  const controller = new AbortController();
  const run = takeTask(truthfulQa, [dilemma, dilemma], toy, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(run).rejects.toThrow("aborted");
});
