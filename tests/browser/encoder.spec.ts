/** A sentence encoder from a hub, in the built site's own worker: what is loaded, and from where. */
import { expect, test } from "@playwright/test";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tinyEncoder } from "../fixtures/tiny-encoder";
import { open, site, watchRequests } from "./site";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const files = tinyEncoder();

const hub = createServer((request, response) => {
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Expose-Headers", "X-Repo-Commit");
  response.setHeader("X-Repo-Commit", COMMIT);
  const content = files.get(/^\/lab\/tiny\/resolve\/\w+\/(.+)$/.exec(request.url!)?.[1] ?? "");
  response.writeHead(content === undefined ? 404 : 200).end(content);
});
let host = "";

test.beforeAll(async () => {
  await new Promise<void>((listening) => hub.listen(0, "127.0.0.1", listening));
  host = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
});
test.afterAll(() => {
  hub.closeAllConnections();
  hub.close();
});

test("an encoder comes from its hub, its runtime from the site, nothing from elsewhere, and both when chosen", async ({
  page,
}) => {
  const worker = readdirSync("dist/assets").find((file) => /^encoder-.*\.js$/.test(file))!;
  const asked: string[] = [];
  page.context().on("request", (request) => asked.push(request.url()));
  const foreign = watchRequests(page);
  await open(page);
  await expect(page.locator("h1").first()).toBeVisible();
  expect(asked.filter((url) => /\/onnx\/|transformers/.test(url))).toEqual([]);

  const load = () =>
    page.evaluate(
      async ([script, urls, encoderHost]) => {
        const worker = new Worker(script, { type: "module" });
        const call = (method: string, params: unknown) =>
          new Promise<unknown>((resolve, reject) => {
            worker.onerror = ({ message }) => reject(new Error(message));
            worker.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => {
              if (data["kind"] === "result") resolve(data["value"]);
              else if (data["kind"] === "error") reject(new Error(JSON.stringify(data["error"])));
            };
            worker.postMessage({ kind: "call", id: 1, method, params });
          });
        const id = await call("load", { choice: { encoder: "lab/tiny", encoderHost }, urls });
        const vectors = (await call("embed", { texts: ["Lying is right"] })) as Float32Array[];
        worker.terminate();
        return { id, vector: [...vectors[0]!] };
      },
      [
        new URL(`assets/${worker}`, site).href,
        { encoder: `${site}encoder/`, wasm: `${site}wasm/`, onnx: `${site}onnx/` },
        host,
      ] as const,
    );

  const { id, vector } = await load();
  expect(id).toEqual({ name: "lab/tiny", revision: COMMIT });
  expect(vector[0]).toBeCloseTo(4 / 5, 6);
  expect(vector[1]).toBeCloseTo(3 / 5, 6);
  const first = foreign();
  expect(first.every((url) => url.startsWith(`${host}/lab/tiny/resolve/`))).toBe(true);
  expect(asked.some((url) => url.startsWith(`${site}onnx/`) && url.endsWith(".wasm"))).toBe(true);

  await load();
  const again = foreign().slice(first.length);
  expect(again.filter((url) => url.endsWith("onnx/model.onnx"))).toEqual([]);
});
