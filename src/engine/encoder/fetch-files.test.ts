import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchFiles } from "./fetch-files";
import { MissingFileError } from "./files";

const contents = new Map([
  ["/encoder/vocab.json", "[]"],
  ["/encoder/shard", "x".repeat(200_000)],
]);
const server = createServer((request, response) => {
  const body = contents.get(request.url ?? "");
  if (request.url === "/encoder/endless") response.write("x".repeat(1000));
  else if (request.url === "/encoder/broken") response.write("x", () => response.destroy());
  else response.writeHead(body === undefined ? 404 : 200).end(body);
});
let origin = "";

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each(["/encoder", "/encoder/"])(
  "reads files below %s and counts their bytes",
  async (path) => {
    const seen: number[] = [];
    const files = fetchFiles(origin + path, { onProgress: (loaded) => seen.push(loaded) });
    expect(new TextDecoder().decode(await files.read("vocab.json"))).toBe("[]");
    expect(await files.read("shard")).toHaveLength(200_000);
    expect(seen.at(-1)).toBe(200_002);
  },
);

test("names the address of a file that isn't there", async () => {
  const reading = fetchFiles(`${origin}/encoder`).read("gone");
  const expected = new MissingFileError(`can't load ${origin}/encoder/gone: 404 Not Found`);
  await expect(reading).rejects.toThrow(expected);
  await expect(reading).rejects.toBeInstanceOf(MissingFileError);
});

test("names the address when the connection breaks or there is no server", async () => {
  const broken = fetchFiles(`${origin}/encoder`).read("broken");
  await expect(broken).rejects.toThrow(`can't load ${origin}/encoder/broken: `);
  const nowhere = fetchFiles("http://127.0.0.1:1/").read("shard");
  await expect(nowhere).rejects.toThrow(
    /^can't load http:\/\/127.0.0.1:1\/shard: .+\. Is there a network\? Connect, and try again\.$/,
  );
});

test("aborting stops a download that is under way", async () => {
  const controller = new AbortController();
  const files = fetchFiles(`${origin}/encoder`, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(files.read("endless")).rejects.toMatchObject({ name: "AbortError" });
});
