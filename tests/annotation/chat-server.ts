/** A server on this machine that answers as an OpenAI-compatible one does, with what the test says. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChatReply {
  readonly text?: string;
  /** A failure instead of a text. */
  readonly status?: number;
  /** Refused by a filter of contents. */
  readonly filtered?: boolean;
}

export interface ChatServer {
  readonly baseUrl: string;
  readonly heard: { readonly prompt: string; readonly model: string; readonly key: string }[];
  close(): Promise<void>;
}

/** @param reply  to the nth request, from 0. */
export async function chatServer(
  reply: (nth: number, prompt: string) => ChatReply | Promise<ChatReply>,
): Promise<ChatServer> {
  const heard: ChatServer["heard"] = [];
  const server = createServer((request, response) => {
    const cors = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "",
    };
    if (request.method === "OPTIONS") {
      response.writeHead(204, cors).end();
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => void answer());
    const answer = async () => {
      const { messages, model } = JSON.parse(body) as {
        messages: { content: string }[];
        model: string;
      };
      const prompt = messages[0]!.content;
      heard.push({ prompt, model, key: request.headers.authorization ?? "" });
      const { text, status = 200, filtered = false } = await reply(heard.length - 1, prompt);
      const headers = { ...cors, "content-type": "application/json", "retry-after-ms": "1" };
      response.writeHead(filtered ? 400 : status, headers);
      response.end(
        JSON.stringify({
          ...(filtered && { error: { code: "content_filter", message: "filtered" } }),
          choices: [{ message: { role: "assistant", content: text } }],
        }),
      );
    };
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    heard,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
