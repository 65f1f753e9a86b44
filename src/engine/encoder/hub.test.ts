import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { tinyEncoder } from "../../../tests/fixtures/tiny-encoder";
import { openHubModel } from "./hub";
import { loadOnnxEncoder } from "./onnx-encoder";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const files = tinyEncoder();
const asked: string[] = [];

/** A hub in small: tells the commit, and redirects large files; "plain/tiny" is a mirror that does neither. */
const server = createServer((request, response) => {
  const path = request.url ?? "";
  asked.push(path);
  const [, owner, revision, file] =
    /^\/(?:mirror\/)?(lab|plain)\/tiny\/resolve\/(\w+)\/(.+)$/.exec(path) ?? [];
  const known = revision === "main" || (owner === "lab" && revision === COMMIT);
  const content = known ? files.get(file!) : undefined;
  if (owner === "lab") response.setHeader("X-Repo-Commit", COMMIT);
  if (path === "/store/model") response.end(files.get("onnx/model.onnx"));
  else if (content === undefined) response.writeHead(404).end("Entry not found");
  else if (owner === "lab" && file === "onnx/model.onnx")
    response.writeHead(302, { Location: "/store/model" }).end();
  else response.end(content);
});
let host = "";

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void asked.splice(0));

/** The browser's Cache API in small. */
function memoryCache() {
  const kept = new Map<string, Response>();
  return {
    match: async (address: RequestInfo | URL) => kept.get(address as string)?.clone(),
    put: async (address: RequestInfo | URL, response: Response) =>
      void kept.set(address as string, response),
  };
}

const embed = async (id: string, cache: ReturnType<typeof memoryCache> | null = null) => {
  const encoder = await loadOnnxEncoder({
    ...(await openHubModel(id, host, { cache })),
    runtimeUrl: null,
  });
  const [vector] = await encoder.embed(["Lying is right"]);
  encoder.dispose();
  return { name: encoder.name, revision: encoder.revision, vector };
};

test("a model is loaded from the commit that the hub names, through its redirects", async () => {
  const { name, revision, vector } = await embed("lab/tiny");
  expect({ name, revision }).toEqual({ name: "lab/tiny", revision: COMMIT });
  expect(vector).toBeAllClose([4 / 5, 3 / 5]);
  const [first, ...others] = asked.filter((path) => path !== "/store/model");
  expect(first).toBe("/lab/tiny/resolve/main/config.json");
  expect(others.every((path) => path.startsWith(`/lab/tiny/resolve/${COMMIT}/`))).toBe(true);
});

test("a pinned commit is asked for as it is, and a host may have a path", async () => {
  const { files, revision } = await openHubModel(`lab/tiny@${COMMIT}`, `${host}/mirror/`, {
    cache: null,
  });
  await files.read("config.json");
  expect(revision).toBe(COMMIT);
  expect(asked).toEqual([`/mirror/lab/tiny/resolve/${COMMIT}/config.json`]);
});

test("files of a commit are kept, those of a mirror that names none are not", async () => {
  const cache = memoryCache();
  await embed("lab/tiny", cache);
  asked.length = 0;
  await embed("lab/tiny", cache);
  expect(asked).not.toContain("/store/model");

  const { revision } = await embed("plain/tiny", cache);
  await embed("plain/tiny", cache);
  expect(revision).toMatch(/^sha256:[0-9a-f]{16}$/);
  expect(asked.filter((path) => path === "/plain/tiny/resolve/main/onnx/model.onnx")).toHaveLength(
    2,
  );
});

test("progress counts the bytes that came", async () => {
  let bytes = 0;
  const onProgress = (loaded: number) => (bytes = loaded);
  const source = await openHubModel("lab/tiny", host, { cache: null, onProgress });
  (await loadOnnxEncoder({ ...source, runtimeUrl: null })).dispose();
  const sizes = [...files.values()].map((file) => Buffer.byteLength(file));
  expect(bytes).toBe(sizes.reduce((a, b) => a + b));
});

test("a model that isn't there, and a host that can't be reached, are named with the remedy", async () => {
  await expect(openHubModel("lab/huge", host, { cache: null })).rejects.toThrow(
    `can't find lab/huge at ${host}: 404 Not Found. Check the id`,
  );
  await expect(openHubModel("lab/tiny", "http://127.0.0.1:1", { cache: null })).rejects.toThrow(
    "can't reach lab/tiny at http://127.0.0.1:1. Check the connection, or set encoderHost",
  );
});

test.each(["", "tiny", "lab/tiny/more", "../tiny/", "lab/tiny@", "https://host/lab/tiny"])(
  "refuses %j, which is no id, before anything is asked",
  async (id) => {
    await expect(openHubModel(id, host, { cache: null })).rejects.toThrow(RangeError);
    expect(asked).toEqual([]);
  },
);

test("aborting stops the search for the commit", async () => {
  const signal = AbortSignal.abort();
  await expect(openHubModel("lab/tiny", host, { cache: null, signal })).rejects.toMatchObject({
    name: "AbortError",
  });
});
