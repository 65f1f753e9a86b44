import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { chatModel } from "./chat";

interface Reply {
  readonly status: number;
  readonly text?: string;
  /** Instead of an answer. */
  readonly error?: Readonly<Record<string, string>>;
}

let server: Server;
const heard: { question: string; authorization: string | undefined }[] = [];

afterEach(() => {
  heard.length = 0;
  server.close();
});

/** A server that answers as an OpenAI-compatible one does, with what `reply` says. */
async function serve(
  reply: (nth: number, sent: Readonly<Record<string, unknown>>) => Reply,
): Promise<string> {
  let nth = 0;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const sent = JSON.parse(body) as { messages: { content: string }[] };
      const { messages } = sent;
      heard.push({ question: messages[0]!.content, authorization: request.headers.authorization });
      const { status, text, error } = reply(nth++, sent);
      response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "1" });
      response.end(
        JSON.stringify({ error, choices: [{ message: { role: "assistant", content: text } }] }),
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

test("a model that takes no temperature or other name for the length is asked without them", async () => {
  const refusal = (param: string) => ({
    status: 400,
    error: { code: "unsupported_value", param, message: `no ${param}` },
  });
  const seen: string[][] = [];
  const baseUrl = await serve((_, sent) => {
    seen.push(Object.keys(sent).sort());
    if ("temperature" in sent) return refusal("temperature");
    return "max_tokens" in sent ? refusal("max_tokens") : { status: 200, text: "No." };
  });
  const model = await chatModel(configFor(baseUrl), null);
  expect(await model.answer(requests, { signal })).toHaveLength(2);
  expect(seen.at(-1)).toEqual(["max_completion_tokens", "messages", "model"]);
});

test("a refused request says what the server said, without the key", async () => {
  const error = { message: "the context of secret-key is too long" };
  const baseUrl = await serve(() => ({ status: 400, error }));
  const model = await chatModel(configFor(baseUrl), "secret-key");
  await expect(model.answer(requests, { signal })).rejects.toThrow(
    /refused the request: 400 the context of … is too long/,
  );
});

test("stopping ends the requests on the way, and none is sent after it", async () => {
  const stop = new AbortController();
  const baseUrl = await serve((nth) => {
    if (nth === 0) stop.abort();
    return { status: 200, text: "No." };
  });
  const model = await chatModel(configFor(baseUrl), null);
  const many = Array.from({ length: 30 }, () => requests[0]!);
  await expect(model.answer(many, { signal: stop.signal })).rejects.toThrow(
    expect.objectContaining({ name: "AbortError" }),
  );
  expect(heard.length).toBeLessThan(6);
});
