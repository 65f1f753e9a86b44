import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StoredReply } from "../core/chat/reply";
import { chatRequest, requestKey } from "../core/chat/request";
import { ReplyFile } from "./reply-file";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "steadfast-replies-"))));
afterAll(() => rm(folder, { recursive: true }));

const settings = { baseUrl: "http://h/v1", model: "m", temperature: 0, maxTokens: 9 };
function reply(sample: number): StoredReply {
  const request = chatRequest(settings, "May\none lie?", sample);
  const text = `No.\n\nNever. ${sample}`;
  return {
    key: requestKey(request),
    request,
    text,
    usage: null,
    response: "{}",
    at: 1,
    payer: "p",
  };
}
const kept = async (path: string) =>
  (await ReplyFile.open(path).paidBy("p")).map(({ text }) => text);

test("what was put is found by the next process, and nothing where there is no file", async () => {
  const path = join(folder, "a.jsonl");
  const file = ReplyFile.open(path);
  expect(await file.get(reply(0).key)).toBeNull();
  await Promise.all([0, 1, 2].map((i) => file.put(reply(i))));
  expect(await ReplyFile.open(path).get(reply(1).key)).toEqual(reply(1));
  expect((await ReplyFile.open(path).paidBy("q")).length).toBe(0);
});

test("a file cut at any byte keeps every whole line before the cut, and takes more after it", async () => {
  const path = join(folder, "b.jsonl");
  const file = ReplyFile.open(path);
  await file.put(reply(0));
  const first = (await readFile(path)).length;
  await file.put(reply(1));
  const whole = await readFile(path);
  for (let end = first; end < whole.length; end += 7) {
    await writeFile(path, whole);
    await truncate(path, end);
    expect(await kept(path)).toEqual(["No.\n\nNever. 0"]);
    await ReplyFile.open(path).put(reply(2));
    expect(await kept(path)).toEqual(["No.\n\nNever. 0", "No.\n\nNever. 2"]);
  }
});

test("a line whose key is not that of its request is passed over", async () => {
  const path = join(folder, "c.jsonl");
  await appendFile(path, `${JSON.stringify({ ...reply(0), key: reply(1).key })}\n{"a":1}\nnull\n`);
  expect(await kept(path)).toEqual([]);
});

test("two processes may add to one file", async () => {
  const path = join(folder, "d.jsonl");
  const files = [ReplyFile.open(path), ReplyFile.open(path)];
  await Promise.all(Array.from({ length: 40 }, (_, i) => files[i % 2]!.put(reply(i))));
  expect((await kept(path)).length).toBe(40);
});

test("the first reply to a request is kept, one without text is none, and every one is paid for", async () => {
  const path = join(folder, "e.jsonl");
  const file = ReplyFile.open(path);
  const texts = ["", "No.", "Yes."];
  for (const text of texts) await file.put({ ...reply(0), text });
  for (const opened of [file, ReplyFile.open(path)]) {
    expect((await opened.get(reply(0).key))?.text).toBe("No.");
    expect((await opened.paidBy("p")).map(({ text }) => text)).toEqual(texts);
  }
  const empty = join(folder, "f.jsonl");
  await ReplyFile.open(empty).put({ ...reply(0), text: " " });
  expect(ReplyFile.open(empty).missing([reply(0).request])).toHaveLength(1);
});
