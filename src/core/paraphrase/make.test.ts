import { expect, test } from "vitest";
import type { AskedText, GivenReply, ReplySource } from "../chat/reply-source";
import type { Encoder } from "../encode/encoder";
import { makeParaphrases } from "./make";
import { PARAPHRASE_LIMITS } from "./judge";
import { PARAPHRASE_PROMPT, PARAPHRASE_START } from "./prompt";

const QUESTIONS = [
  { id: 7, text: "Is it wrong to lie to a friend?", paraphrases: ["Should one deceive friends?"] },
  { id: 8, text: "May a hungry person steal bread?", paraphrases: [] },
];
const SETTINGS = { n: 2, prompt: PARAPHRASE_PROMPT, tries: 3, limits: PARAPHRASE_LIMITS };
const hooks = { signal: new AbortController().signal };

/** Answers by question and sample. */
function source(replies: Readonly<Record<string, string>>) {
  const asked: AskedText[] = [];
  const of: ReplySource = {
    name: "scripted",
    async replies(requests) {
      asked.push(...requests);
      return requests.map(({ purpose: [, id, sample] }): GivenReply => {
        const text = replies[`${id}.${sample}`] ?? "";
        return { text, problem: text === "" ? "It gave no text." : null };
      });
    },
  };
  return { of, asked };
}

/** Questions point one way, their wordings a little aside, the weather elsewhere. */
const encoder: Encoder = {
  ...{ name: "angles", revision: "1" },
  embed: async (texts) =>
    texts.map((text) => {
      const isQuestion = QUESTIONS.some((question) => question.text === text);
      const angle = isQuestion ? 0 : text.includes("weather") ? 1.4 : 0.6;
      return Float32Array.of(Math.cos(angle), Math.sin(angle));
    }),
};

test("questions are asked until they have enough, those that have them are left alone, and every candidate keeps its reason", async () => {
  const { of, asked } = source({
    "7.0": "1. Can I lie to my friend now and then?\n2. Ought a friend ever hear me lie?",
    "8.0": "1. Is the weather fine?\n2. May a hungry person steal bread?",
    "8.1":
      "1. If hungry, is it right to steal some bread?\n2. Can hunger excuse that you steal bread?",
  });
  const made = await makeParaphrases(QUESTIONS, SETTINGS, of, encoder, hooks);
  expect(made.map(({ candidates }) => candidates.map(({ reason }) => reason))).toEqual([
    [null, "It is not needed: there are 2 wordings before it."],
    [expect.stringMatching(/^It is too far/), "It is the question itself.", null, null],
  ]);
  expect(asked.map(({ purpose }) => purpose)).toEqual([
    ["paraphrase", 7, 0],
    ["paraphrase", 8, 0],
    ["paraphrase", 8, 1],
  ]);
  expect(asked[0]!.prompt).toContain("Write 2 other wordings");
  expect(asked[0]!.prompt).toContain("<question>\nIs it wrong to lie to a friend?\n</question>");
});

test("after so many tries it stops, and says what each brought", async () => {
  const { of, asked } = source({ "8.1": "```\n```" });
  const [made] = await makeParaphrases([QUESTIONS[1]!], SETTINGS, of, null, hooks);
  expect(asked).toHaveLength(3);
  expect(made).toEqual({
    questionId: 8,
    candidates: [],
    problems: ["It gave no text.", "The reply has no text.", "It gave no text."],
  });
});

test("a model that only goes on with a text has its list begun, and what it writes after the list is left out", async () => {
  const reply =
    " Is it right to steal bread when hungry?\n2. Can hunger excuse a theft of bread?\n\nQuestion: Other?\n1. No?";
  const { of } = source({ "8.0": reply });
  const settings = { ...SETTINGS, prompt: PARAPHRASE_START };
  const [made] = await makeParaphrases([QUESTIONS[1]!], settings, of, null, hooks);
  expect(made!.candidates.map(({ text }) => text)).toEqual([
    "Is it right to steal bread when hungry?",
    "Can hunger excuse a theft of bread?",
  ]);
});

test("a template without a place for the question is refused", async () => {
  const settings = { ...SETTINGS, prompt: "Reword it." };
  await expect(makeParaphrases(QUESTIONS, settings, source({}).of, null, hooks)).rejects.toThrow(
    "has no {question}",
  );
});
