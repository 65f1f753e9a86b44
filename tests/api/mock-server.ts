/** An OpenAI-compatible server on this machine that fails as real ones do, and keeps the books on what it delivered. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { mulberry32 } from "../../src/core/random";

export type Fault = "rate-limit" | "server-error" | "time-out" | "cut" | "bad-json" | "no-choices";
const FAULTS: readonly Fault[] = [
  ...(["rate-limit", "server-error", "time-out", "cut", "bad-json", "no-choices"] as const),
];

export interface MockOptions {
  /** Of the faults. */
  readonly seed?: number;
  /** Share of the requests that fail. */
  readonly faults?: number;
  /** How long a reply takes, ms. */
  readonly latency?: number;
  /** The origin that is allowed to read: "*", one origin, or null for none. */
  readonly allowed?: string | null;
  readonly models?: readonly string[];
  /** What it says; by default the prompt again, and who asked. */
  readonly reply?: (prompt: string) => string;
}

export interface MockServer {
  readonly baseUrl: string;
  /** Prompts of chat requests, in the order in which they came. */
  readonly asked: string[];
  /** How many whole replies went out, by prompt. What went out was billed, whether or not it arrived. */
  readonly delivered: Map<string, number>;
  readonly faulted: Map<Fault, number>;
  /** What the Authorization headers held. */
  readonly keys: Set<string>;
  /** Shared across calls: the most requests on the way at the same time. */
  readonly most: () => number;
  close(): Promise<void>;
}

const LATE = 5_000; // ms; longer than a test's own time-out

export const replyTo = (prompt: string) => `It depends on this: ${prompt}`;

export async function mockServer(options: MockOptions = {}): Promise<MockServer> {
  const { seed = 1, faults = 0, latency = 0, allowed = null, models = ["mock-1"] } = options;
  const random = mulberry32(seed);
  const asked: string[] = [];
  const delivered = new Map<string, number>();
  const faulted = new Map<Fault, number>();
  const keys = new Set<string>();
  let now = 0;
  let most = 0;

  const server = createServer((request, response) => {
    const cors = allowed === null ? {} : corsFor(request, allowed);
    if (request.method === "OPTIONS") return void response.writeHead(204, cors).end();
    if (request.headers.authorization !== undefined) keys.add(request.headers.authorization);
    if (request.url?.endsWith("/models")) {
      const data = models.map((id) => ({ id, object: "model" }));
      return void response.writeHead(200, { ...cors, ...JSON_TYPE }).end(JSON.stringify({ data }));
    }
    if (!request.url?.endsWith("/chat/completions")) {
      return void response.writeHead(404, { ...cors, ...JSON_TYPE }).end("{}");
    }
    void chat(request, response, cors).catch(() => response.destroy());
  });

  async function chat(
    request: IncomingMessage,
    response: ServerResponse,
    cors: Record<string, string>,
  ): Promise<void> {
    most = Math.max(most, ++now);
    response.once("close", () => now--);
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const prompt = messages[0]!.content;
    asked.push(prompt);
    const fault = random() < faults ? FAULTS[Math.floor(random() * FAULTS.length)]! : null;
    await sleep(latency);
    const headers = { ...cors, ...JSON_TYPE };
    const content =
      options.reply?.(prompt) ??
      `${replyTo(prompt)} (as ${request.headers.authorization ?? "nobody"})`;
    const whole = JSON.stringify({
      id: `chatcmpl-${asked.length}`,
      system_fingerprint: "fp_mock",
      choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: { prompt_tokens: prompt.length, completion_tokens: 10 },
    });
    if (fault === null) {
      response.writeHead(200, headers).end(whole);
      delivered.set(prompt, (delivered.get(prompt) ?? 0) + 1);
      return;
    }
    faulted.set(fault, (faulted.get(fault) ?? 0) + 1);
    switch (fault) {
      case "rate-limit":
        response.writeHead(429, { ...headers, "retry-after": "0.05" }).end("{}");
        return;
      case "server-error":
        // As a careless server would: with what it was sent.
        response
          .writeHead(500, headers)
          .end(JSON.stringify({ error: { message: request.headers } }));
        return;
      case "time-out":
        await Promise.race([sleep(LATE), new Promise((gone) => response.once("close", gone))]);
        response.destroy();
        return;
      case "cut":
        response.writeHead(200, { ...headers, "content-length": Buffer.byteLength(whole) });
        response.write(whole.slice(0, whole.length / 2));
        await sleep(1);
        response.destroy();
        return;
      case "bad-json":
        response.writeHead(200, headers).end(whole.slice(0, whole.length / 2));
        return;
      case "no-choices":
        response.writeHead(200, headers).end('{"detail": "warming up"}');
        return;
    }
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    ...{ asked, delivered, faulted, keys, most: () => most },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const JSON_TYPE = { "content-type": "application/json" };

function corsFor(request: IncomingMessage, allowed: string): Record<string, string> {
  return {
    "access-control-allow-origin": allowed,
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
  };
}
