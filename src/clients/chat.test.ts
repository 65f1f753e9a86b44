import "fake-indexeddb/auto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Aligned } from "../core/study/ports";
import { openDatabase } from "../storage/db";
import { databaseReplies } from "../storage/replies";
import { type ChatConfig, chatModel } from "./chat";
import type { Clock } from "./chat/clock";
import { endpointOf } from "./chat/endpoint";
import { Limiter } from "./chat/limiter";

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

const configFor = (baseUrl: string, changes: Partial<ChatConfig> = {}): ChatConfig => ({
  kind: "chat" as const,
  baseUrl,
  model: "local",
  temperature: 0,
  maxTokens: 20,
  instruction: "Answer: {question}",
  requestsAtOnce: 4,
  timeoutSeconds: 30,
  ...{ inputPrice: null, outputPrice: null, budget: null, tokenBudget: null },
  ...changes,
});

/** Time that passes when it is slept through. */
function quickClock(): Clock & { readonly slept: number[] } {
  let now = 1_800_000_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
  };
}

let databases = 0;
/** With a cache of its own. */
async function modelAt(
  config: ChatConfig,
  apiKey: string | null = null,
  clock = quickClock(),
): Promise<Aligned> {
  const replies = databaseReplies(await openDatabase({ name: `chat-${databases++}` }));
  const limiter = new Limiter(config.requestsAtOnce, clock);
  return chatModel(config, apiKey, { replies, payer: "run:r", clock, limiter });
}
const requests = ["May one lie?", "Is lying fine?"].map((question, paraphrase) => ({
  questionId: 3,
  paraphrase,
  question,
  sample: 0,
}));
const signal = new AbortController().signal;

test("every wording is asked once and answers come back in order", async () => {
  const baseUrl = await serve((nth) => ({ status: 200, text: ` answer ${nth} ` }));
  const model = await modelAt(configFor(baseUrl), "secret-key");
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
  const model = await modelAt(configFor(baseUrl));
  const [answer] = await model.answer(requests.slice(0, 1), { signal });
  expect(answer?.text).toBe("No.");
  expect(heard).toHaveLength(2);
});

test("a refused key is said without showing the key", async () => {
  const baseUrl = await serve(() => ({ status: 401 }));
  const model = await modelAt(configFor(baseUrl), "secret-key");
  const failure = model.answer(requests, { signal });
  await expect(failure).rejects.toThrow(/refused the key \(401\)/);
  await expect(failure).rejects.not.toThrow(/secret-key/);
});

test("a server that is not there is said with its address and what to check", async () => {
  const baseUrl = await serve(() => ({ status: 200 }));
  await new Promise((closed) => server.close(closed));
  const model = await modelAt(configFor(baseUrl));
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
  const model = await modelAt(configFor(baseUrl));
  expect(await model.answer(requests, { signal })).toHaveLength(2);
  expect(seen.at(-1)).toEqual(["max_completion_tokens", "messages", "model"]);
});

test("a refused request says what the server said, without the key", async () => {
  const error = { message: "the context of secret-key is too long" };
  const baseUrl = await serve(() => ({ status: 400, error }));
  const model = await modelAt(configFor(baseUrl), "secret-key");
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
  const model = await modelAt(configFor(baseUrl));
  const many = Array.from({ length: 30 }, (_, sample) => ({ ...requests[0]!, sample }));
  await expect(model.answer(many, { signal: stop.signal })).rejects.toThrow(
    expect.objectContaining({ name: "AbortError" }),
  );
  expect(heard.length).toBeLessThan(6);
});

test("a reply that is kept is neither asked nor paid for again, by whatever run", async () => {
  let asked = 0;
  const baseUrl = await serve(() => ({ status: 200, text: `answer ${asked++}` }));
  const replies = databaseReplies(await openDatabase({ name: "kept" }));
  const ask = async (payer: string, sample: number) => {
    const model = await chatModel(configFor(baseUrl), "secret-key-of-some-length", {
      ...{ replies, payer },
    });
    const [answer] = await model.answer([{ ...requests[0]!, sample }], { signal });
    return [answer!.text, model.spending!().replies];
  };
  expect(await ask("run:a", 0)).toEqual(["answer 0", 1]);
  expect(await ask("run:b", 0)).toEqual(["answer 0", 0]);
  expect(await ask("run:b", 1)).toEqual(["answer 1", 1]); // another sample is another request
  expect(await ask("run:a", 0)).toEqual(["answer 0", 1]);
  expect(asked).toBe(2);
  const changed = configFor(baseUrl, { temperature: 1 });
  const model = await chatModel(changed, null, { replies, payer: "run:a" });
  await model.answer(requests.slice(0, 1), { signal });
  expect(asked).toBe(3);
  expect(JSON.stringify(await replies.paidBy("run:a"))).not.toContain("secret-key");
});

test("failures and empty replies are not kept", async () => {
  const baseUrl = await serve((nth) =>
    nth === 0
      ? { status: 400, error: { message: "no" } }
      : { status: 200, text: nth === 1 ? " " : "Yes." },
  );
  const model = await modelAt(configFor(baseUrl));
  const one = requests.slice(0, 1);
  await expect(model.answer(one, { signal })).rejects.toThrow("refused the request");
  await expect(model.answer(one, { signal })).rejects.toThrow(
    "gave no text for “Answer: May one lie?”",
  );
  expect(model.spending!().replies).toBe(1); // the empty one was paid for
  expect((await model.answer(one, { signal }))[0]?.text).toBe("Yes.");
});

test("replies without text count for the budget of whoever starts again", async () => {
  const baseUrl = await serve(() => ({ status: 200, text: "" }));
  const replies = databaseReplies(await openDatabase({ name: "empty-budget" }));
  const config = configFor(baseUrl, { tokenBudget: 55 });
  const ask = async () => {
    const model = await chatModel(config, null, { replies, payer: "run:a" });
    return model.answer(requests.slice(0, 1), { signal });
  };
  // 13 tokens are counted for the prompt, 33 at most for a request: a third does not fit any more.
  await expect(ask()).rejects.toThrow("gave no text");
  await expect(ask()).rejects.toThrow("gave no text");
  await expect(ask()).rejects.toMatchObject({ name: "BudgetError" });
  expect(heard).toHaveLength(2);
});

test("an answer is what a model that reasons first says after its reasoning", async () => {
  const text =
    "<think>\nThe user asks about lying.\n\nSo…\n</think>\n\nNo, it breaks trust.\n\nAlso";
  const baseUrl = await serve(() => ({ status: 200, text }));
  const model = await modelAt(configFor(baseUrl));
  const [answer] = await model.answer(requests.slice(0, 1), { signal });
  expect(answer?.text).toBe("No, it breaks trust.");
});

test.each(["<think>\nThe user asks about", "<think>So…</think>\n"])(
  "reasoning without an answer after it, %j, is no answer, and it is said that the reply may be longer",
  async (text) => {
    const baseUrl = await serve(() => ({ status: 200, text }));
    const model = await modelAt(configFor(baseUrl));
    const answers = model.answer(requests.slice(0, 1), { signal });
    await expect(answers).rejects.toThrow(
      "local reasoned and gave no answer to “Answer: May one lie?” in 20 tokens: allow longer answers (maxTokens)",
    );
  },
);

test("the budget stops a run before it is exceeded, with what was answered kept, and a higher one goes on", async () => {
  let asked = 0;
  const baseUrl = await serve(() => {
    asked++;
    return { status: 200, text: "No." };
  });
  const replies = databaseReplies(await openDatabase({ name: "budget" }));
  const many = Array.from({ length: 20 }, (_, sample) => ({ ...requests[0]!, sample }));
  const ask = async (tokenBudget: number) => {
    const config = configFor(baseUrl, { tokenBudget });
    const model = await chatModel(config, null, { replies, payer: "run:a" });
    return model.answer(many, { signal });
  };
  // 14 tokens are estimated for the prompt, 20 at most received, 1 each way is counted where the server is silent.
  await expect(ask(100)).rejects.toMatchObject({ name: "BudgetError" });
  const first = asked;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(20);
  const used = (await replies.paidBy("run:a")).length;
  expect(used).toBe(first);
  expect(await ask(10_000)).toHaveLength(20);
  expect(asked).toBe(20);
});

test("a spent quota stops at once, where slowing down is only asked for it goes on", async () => {
  const error = { code: "insufficient_quota", message: "You exceeded your quota" };
  const baseUrl = await serve(() => ({ status: 429, error }));
  const model = await modelAt(configFor(baseUrl));
  await expect(model.answer(requests.slice(0, 1), { signal })).rejects.toThrow(/quota of this key/);
  expect(heard).toHaveLength(1);
});

test("no redirect is followed: neither key nor prompt reaches another address", async () => {
  const stranger: string[] = [];
  const other = createServer((request, response) => {
    stranger.push(request.url ?? "");
    response.end("{}");
  });
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  const { port } = other.address() as AddressInfo;
  server = createServer((_, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${port}/v1/chat/completions` }).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const model = await modelAt(configFor(baseUrl), "secret-key");
  await expect(model.answer(requests.slice(0, 1), { signal })).rejects.toThrow(
    "sends requests on to another address",
  );
  expect(stranger).toEqual([]);
  other.close();
});

test("a key that the server repeats in its reply is not kept", async () => {
  const apiKey = "sk-canary-0123456789";
  const baseUrl = await serve(() => ({ status: 200, text: `You are ${apiKey}.` }));
  const replies = databaseReplies(await openDatabase({ name: "echo" }));
  const model = await chatModel(configFor(baseUrl), apiKey, { replies, payer: "run:a" });
  expect((await model.answer(requests.slice(0, 1), { signal }))[0]?.text).toBe("You are ….");
  expect(JSON.stringify(await replies.paidBy("run:a"))).not.toContain(apiKey);
});

test("an address with a query, as Azure has, keeps its path, and its key goes in Azure's header there alone", () => {
  const azure = "https://name.openai.azure.com/openai/deployments/gpt/?api-version=2024-10-21";
  expect(endpointOf(azure, "k")).toEqual({
    baseURL: "https://name.openai.azure.com/openai/deployments/gpt",
    defaultQuery: { "api-version": "2024-10-21" },
    defaultHeaders: { "api-key": "k" },
  });
  expect(endpointOf("http://localhost:1234/v1/", "k").defaultHeaders).toEqual({});
  expect(endpointOf("https://evil.example/openai.azure.com", "k").defaultHeaders).toEqual({});
});
