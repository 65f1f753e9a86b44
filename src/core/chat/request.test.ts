import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { wordingsToAsk } from "./corpus-requests";
import { type ChatRequest, chatRequest, requestKey, sampleIndices } from "./request";

const settings = { baseUrl: "http://localhost/v1/", model: "m", temperature: 0.8, maxTokens: 20 };
const request = chatRequest(settings, "May one lie?", 0);

test("the key is SHA-256 of the request as canonical JSON", () => {
  const json =
    '{"baseUrl":"http://localhost/v1","messages":[{"content":"May one lie?","role":"user"}],"model":"m",' +
    '"parameters":{"max_tokens":20,"temperature":0.8},"sample":0}';
  expect(requestKey(request)).toBe(createHash("sha256").update(json).digest("hex"));
});

test("whatever decides a reply changes the key, and nothing else does", () => {
  const others: ChatRequest[] = [
    chatRequest(settings, "May one lie?", 1),
    chatRequest(settings, "May one steal?", 0),
    chatRequest({ ...settings, model: "n" }, "May one lie?", 0),
    chatRequest({ ...settings, baseUrl: "http://localhost/v2" }, "May one lie?", 0),
    chatRequest({ ...settings, temperature: 0 }, "May one lie?", 0),
    chatRequest({ ...settings, maxTokens: 21 }, "May one lie?", 0),
  ];
  expect(new Set([request, ...others].map(requestKey)).size).toBe(7);
  const same = chatRequest({ ...settings, baseUrl: " http://localhost/v1 " }, "May one lie?", 0);
  expect(requestKey(same)).toBe(requestKey(request));
});

test("a wording that a question has twice is asked twice, and samples never collide", () => {
  expect(sampleIndices(["a", "b", "a", "a"])).toEqual([0, 0, 1, 2]);
  const question = { id: 1, text: "q", topic: null, paraphrases: ["a", "b", "a"], recorded: null };
  const asked = wordingsToAsk({ questions: [question] }, 3);
  expect(asked).toHaveLength(9);
  expect(new Set(asked.map(({ question, sample }) => `${question} ${sample}`)).size).toBe(9);
  const once = wordingsToAsk({ questions: [question] });
  for (const wording of once) expect(asked).toContainEqual(wording); // what a study asks is among them
});
