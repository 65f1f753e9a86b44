import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { chatModel } from "./chat";

let server: Server;
const heard: { question: string; authorization: string | undefined }[] = [];

afterEach(() => {
  heard.length = 0;
  server.close();
});

/** A server that answers as an OpenAI-compatible one does, with what `reply` says. */
async function serve(reply: (nth: number) => { status: number; text?: string }): Promise<string> {
  let nth = 0;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      heard.push({ question: messages[0]!.content, authorization: request.headers.authorization });
      const { status, text } = reply(nth++);
      response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "1" });
      response.end(
        JSON.stringify({ choices: [{ message: { role: "assistant", content: text } }] }),
      );
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const configFor = (baseUrl: string) => ({
  kind: "chat" as const,
  baseUrl,
  model: "local",
  temperature: 0,
  maxTokens: 20,
  instruction: "Answer: {question}",
});
const requests = ["May one lie?", "Is lying fine?"].map((question, paraphrase) => ({
  questionId: 3,
  paraphrase,
  question,
}));
const signal = new AbortController().signal;

test("every wording is asked once and answers come back in order", async () => {
  const baseUrl = await serve((nth) => ({ status: 200, text: ` answer ${nth} ` }));
  const model = await chatModel(configFor(baseUrl), "secret-key");
  const answers = await model.answer(requests, { signal });
  expect(heard.map(({ question }) => question).sort()).toEqual([
    "Answer: Is lying fine?",
    "Answer: May one lie?",
  ]);
  expect(answers.map(({ paraphrase }) => paraphrase)).toEqual([0, 1]);
  expect(heard[0]?.authorization).toBe("Bearer secret-key");
});

test("a server that is busy once is asked again", async () => {
  const baseUrl = await serve((nth) =>
    nth === 0 ? { status: 429 } : { status: 200, text: "No." },
  );
  const model = await chatModel(configFor(baseUrl), null);
  const [answer] = await model.answer(requests.slice(0, 1), { signal });
  expect(answer?.text).toBe("No.");
  expect(heard).toHaveLength(2);
});

test("a refused key is said without showing the key", async () => {
  const baseUrl = await serve(() => ({ status: 401 }));
  const model = await chatModel(configFor(baseUrl), "secret-key");
  const failure = model.answer(requests, { signal });
  await expect(failure).rejects.toThrow(/refused the key \(401\)/);
  await expect(failure).rejects.not.toThrow(/secret-key/);
});

test("a server that is not there is said with its address and what to check", async () => {
  const baseUrl = await serve(() => ({ status: 200 }));
  await new Promise((closed) => server.close(closed));
  const model = await chatModel(configFor(baseUrl), null);
  await expect(model.answer(requests, { signal })).rejects.toThrow(
    `no answer from ${baseUrl}; is the server`,
  );
});
