import fc from "fast-check";
import { expect, test } from "vitest";
import type { AskedText, ReplySource } from "../chat/reply-source";
import { REFUSAL_RULES } from "../rewards/refusal";
import { rotProblem } from "./judge";
import { answersWithoutRot, makeRots, rotRequests } from "./make";
import { parseRot } from "./parse";
import { fillRotPrompt, ROT_PROMPT, ROT_START } from "./prompt";

const ANSWER = "No, the truth is kinder, even where it hurts at first.";
const RULE = "You should tell your friends the truth.";

test.each([
  [RULE, RULE],
  [`Rule of thumb: ${RULE}`, RULE],
  [`**Rule of Thumb:** “${RULE}”\n\nIt follows from the answer.`, RULE],
  [`\n- RoT – ${RULE}`, RULE],
  [`<think>Rule of thumb: not this</think>\n${RULE}`, RULE],
  [`The rule of thumb is: ${RULE}`, `The rule of thumb is: ${RULE}`],
  [`A rule of thumb is no law.`, "A rule of thumb is no law."],
  ["Rule of thumb:\n", ""],
])("of the reply %j the rule is %j", (reply, rule) => {
  expect(parseRot(reply)).toBe(rule);
});

test.each([
  ["", "It is empty."],
  ["Honesty.", "It is a single word, and no rule."],
  ["Should one tell friends the truth?", "It is a question, and no rule."],
  ["As an AI language model, I hold no views.", "It is a refusal (speaks as a machine), and no rule."], // prettier-ignore
  ["No, the truth is kinder even where it hurts at first", "It repeats the answer."],
  ["so ".repeat(60), "It is too long: 60 words, where 50 are allowed."],
])("%j is rejected with its reason", (rule, reason) => {
  expect(rotProblem(rule, ANSWER)).toBe(reason);
});

test("a rule in a sentence of its own passes, and no refusal that the rewards know does", () => {
  expect(rotProblem(RULE, ANSWER)).toBeNull();
  for (const { example } of REFUSAL_RULES) expect(rotProblem(example, ANSWER)).not.toBeNull();
});

test("question and answer stand in the prompt as they are, whatever is in them", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "{question}", "{answer}", "$&", "\n") });
  fc.assert(
    fc.property(text, text, (question, answer) => {
      const filled = fillRotPrompt("Q {question} A {answer} end", question, answer);
      expect(filled).toBe(`Q ${question} A ${answer} end`);
    }),
  );
  expect(() => fillRotPrompt("{question}", "q", "a")).toThrow("has no {answer}");
  expect(() => fillRotPrompt("{answer}", "q", "a")).toThrow("has no {question}");
  for (const prompt of [ROT_PROMPT, ROT_START]) {
    expect(fillRotPrompt(prompt, "Why?", "Because.")).not.toMatch(/\{\w+\}/);
  }
});

const QUESTIONS = [
  {
    ...{
      id: 7,
      text: "Lie?",
      topic: null,
      paraphrases: ["May I lie?", "May I lie?", "Lie or not?"],
    },
    recorded: [
      { text: ANSWER, rot: null },
      { text: ANSWER, rot: null },
      { text: "Never.", rot: "Lying is wrong." },
    ],
  },
  { id: 8, text: "Steal?", topic: null, paraphrases: ["Steal?"], recorded: [{ text: " ", rot: null }] }, // prettier-ignore
  { id: 9, text: "Help?", topic: null, paraphrases: ["Help?"], recorded: null },
];

test("rules are drawn from answers that have none, and the same answer to the same wording is asked about twice", () => {
  const answers = answersWithoutRot(QUESTIONS);
  expect(answers.map(({ questionId, paraphrase }) => [questionId, paraphrase])).toEqual([
    [7, 0],
    [7, 1],
  ]);
  const samples = (round: number) =>
    rotRequests(answers, { prompt: ROT_PROMPT }, round).map(({ sample }) => sample);
  expect([samples(0), samples(1)]).toEqual([
    [0, 1],
    [2, 3],
  ]);
});

test("what is rejected is asked for again, and what never passes keeps its last reason", async () => {
  const asked: AskedText[][] = [];
  const replies = [["As an AI, I can't.", RULE], ["Honesty."]];
  const source: ReplySource = {
    name: "scripted",
    async replies(requests) {
      asked.push([...requests]);
      return replies[asked.length - 1]!.map((text) => ({ text, problem: null }));
    },
  };
  const settings = { prompt: ROT_PROMPT, tries: 2 };
  const hooks = { signal: new AbortController().signal };
  const made = await makeRots(answersWithoutRot(QUESTIONS), settings, source, hooks);
  expect(asked.map((round) => round.map(({ purpose }) => purpose.at(2)))).toEqual([[0, 1], [0]]);
  expect(made.map(({ rule, reason }) => [rule, reason])).toEqual([
    ["Honesty.", "It is a single word, and no rule."],
    [RULE, null],
  ]);
});
