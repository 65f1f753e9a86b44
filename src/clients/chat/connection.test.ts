import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type MockServer, mockServer } from "../../../tests/api/mock-server";
import { testConnection } from "./connection";
import { corsFix } from "./cors-fixes";

const { signal } = new AbortController();
let server: MockServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const testing = (baseUrl: string, model = "mock-1", page: string | null = null) =>
  testConnection({ baseUrl, model, apiKey: "secret-key", page, signal });

/** A server of one status for everything, on the path given. */
async function statusServer(status: number, body = "{}") {
  const plain = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((listening) => plain.listen(0, "127.0.0.1", listening));
  const { port } = plain.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, close: () => plain.close() };
}

test("a server that has the model works, without a reply being paid for", async () => {
  server = await mockServer({ models: ["mock-1", "llama3:latest"] });
  expect(await testing(server.baseUrl)).toMatchObject({ kind: "works" });
  expect(await testing(server.baseUrl, "llama3")).toMatchObject({ kind: "works" });
  expect(server.asked).toEqual([]);
});

test("an unknown model is told with those that there are", async () => {
  server = await mockServer({ models: Array.from({ length: 10 }, (_, i) => `m-${i}`) });
  const { kind, sentences } = await testing(server.baseUrl, "gpt-3.5-turbo");
  expect(kind).toBe("model");
  expect(sentences.join(" ")).toMatch(/no model “gpt-3\.5-turbo”.*m-0, m-1.* and 2 more/);
});

test("a server that is not running is told from one that refuses the key", async () => {
  const gone = await mockServer();
  await gone.close();
  const unreachable = await testing(gone.baseUrl);
  expect(unreachable.kind).toBe("unreachable");
  expect(unreachable.sentences.join(" ")).toContain("Start it, and check the port");
  const refusing = await statusServer(401);
  const refused = await testing(refusing.baseUrl);
  refusing.close();
  expect(refused.kind).toBe("key");
  expect(refused.sentences.join(" ")).not.toContain("secret-key");
});

test.each([
  [404, '{"error":{"message":"model gone"}}', "model"],
  [404, "<h1>Not found</h1>", "address"],
  [200, "<h1>Welcome</h1>", "address"],
  [502, "", "failing"],
])("status %i with %j is %s", async (status, body, kind) => {
  const plain = await statusServer(status, body);
  expect(await testing(plain.baseUrl)).toMatchObject({ kind });
  plain.close();
});

test("http from an https page is told before anything is sent, except for this device", async () => {
  const page = "https://steadfast.example/";
  const mixed = await testing("http://192.168.1.5:11434/v1", "m", page);
  expect(mixed).toMatchObject({ kind: "mixed-content" });
  const gone = await mockServer();
  await gone.close();
  expect(await testing(gone.baseUrl, "m", page)).toMatchObject({ kind: "unreachable" });
});

test.each([
  ["http://localhost:11434/v1", "OLLAMA_ORIGINS=https://s.example"],
  ["http://localhost:1234/v1", "lms server start --cors"],
  ["http://localhost:8080/v1", "llama-server allows every page"],
  ["http://localhost:8000/v1", `--allowed-origins '["https://s.example"]'`],
  ["https://api.openai.com/v1", "OpenAI allows pages"],
  ["https://name.openai.azure.com/openai/v1", "API Management"],
])("the fix for %s names its own rule", (address, said) => {
  const fix = corsFix(new URL(address), "https://s.example");
  expect(fix).toContain(said);
  expect(fix.split(/Ollama:|LM Studio:|llama\.cpp:|vLLM:/).length).toBeLessThanOrEqual(2);
});

test("a server on any other port gets every fix", () => {
  expect(corsFix(new URL("http://box:9999/v1"), "http://s")).toMatch(
    /Ollama:.*LM Studio:.*vLLM:.*llama\.cpp:/,
  );
});
