import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { importHandlers } from "../../workers/import-handlers";
import type { ImportContract } from "../protocol/import";
import { connect, serve } from "../protocol/rpc";
import { getCorpus, listCorpora } from "../storage/corpora";
import { openDatabase } from "../storage/db";
import { CorporaState } from "./corpora.svelte";
import { CorpusImport } from "./corpus-import.svelte";

const HEADER = "question_id,question,paraphrased";
const csv = `${HEADER}\n1,May one lie?,Is lying fine?\n1,May one lie?,Ever lie at all?\n`;
const file = (name: string, text: string) => new File([text], name);

afterEach(() => void vi.unstubAllGlobals());

async function state(name: string) {
  const db = await openDatabase({ name });
  const corpora = new CorporaState(db, "http://page/index.html");
  const { port1, port2 } = new MessageChannel();
  serve<ImportContract>(
    port2,
    importHandlers(() => openDatabase({ name })),
  );
  const worker = { client: connect<ImportContract>(port1), terminate: () => port1.close() };
  return { db, corpora, incoming: new CorpusImport(corpora, () => worker) };
}

test("a file is shown before anything is stored, and stored whole when that is said", async () => {
  const { db, corpora, incoming } = await state("import");
  await incoming.openFiles([file("sound.csv", csv)]);
  expect(incoming.status).toMatchObject({
    kind: "read",
    preview: { file: "sound.csv", format: "mcc", counts: { questions: 1, paraphrases: 2 } },
  });
  expect(await listCorpora(db)).toEqual([]);
  const entry = await incoming.accept();
  expect(entry).toMatchObject({ corpus: { name: "sound" }, imported: { source: "sound.csv" } });
  expect(corpora.entries).toEqual([entry]);
  expect((await getCorpus(db, entry!.id))?.corpus).toEqual(entry!.corpus);
  expect(incoming.status.kind).toBe("idle");
});

test("the good rows are stored without the bad ones, which were named", async () => {
  const { incoming } = await state("bad-rows");
  await incoming.openText({ name: "pasted.csv", text: `${csv}2,May one steal?,\n` });
  expect(incoming.status).toMatchObject({
    preview: { rejected: [{ row: 4, column: "paraphrased" }], counts: { rejected: 1 } },
  });
  expect((await incoming.accept())?.corpus.questions).toHaveLength(1);
});

test("the same questions under another name are noticed", async () => {
  const { incoming } = await state("twin");
  await incoming.openFiles([file("a.csv", csv)]);
  expect(incoming.twin).toBeNull();
  const first = await incoming.accept();
  await incoming.openFiles([file("b.csv", csv.replaceAll("\n", "\r\n"))]);
  expect(incoming.twin).toEqual(first);
  await incoming.openFiles([file("c.csv", csv.replace("fine", "good"))]);
  expect(incoming.twin).toBeNull();
});

test("a file is read again with what the user says of its columns", async () => {
  const { incoming } = await state("roles");
  await incoming.openFiles([file("x.csv", "frage,fassung\nLügen?,Darf man?\nLügen?,Soll man?\n")]);
  expect(incoming.status).toMatchObject({
    preview: { problem: expect.stringMatching(/^no column tells/) as string },
  });
  await incoming.setRole("frage", "question");
  await incoming.setRole("fassung", "wording");
  expect(incoming.status).toMatchObject({
    preview: { problem: null, counts: { questions: 1, paraphrases: 2 } },
  });
});

test("files have their turn one after another, and a broken one stops none", async () => {
  const { incoming } = await state("queue");
  await incoming.openFiles([file("cut.json", "[{"), file("sound.csv", csv)]);
  expect(incoming.status).toMatchObject({
    kind: "failed",
    message: expect.stringMatching(/^cut\.json/) as string,
  });
  incoming.dismiss();
  await vi.waitFor(() => expect(incoming.status.kind).toBe("read"));
  expect(incoming.waiting).toEqual([]);
});

test("an address that gives nothing is named with what to do", async () => {
  const { incoming } = await state("address");
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await incoming.openAddress("https://example.org/q.csv");
  expect(incoming.status).toMatchObject({ kind: "failed" });
  const { message } = incoming.status as { message: string };
  expect(message).toContain("example.org does not let other pages read its files (CORS)");
  expect(message).toContain("Download the file and drop it here");
  vi.stubGlobal("fetch", async () => new Response("", { status: 404, statusText: "Not Found" }));
  await incoming.openAddress("https://example.org/q.csv");
  expect(incoming.status).toMatchObject({
    message: expect.stringMatching(/answered 404 Not Found/) as string,
  });
  vi.stubGlobal("fetch", async () => new Response(csv));
  await incoming.openAddress("https://example.org/data/q.csv?raw=1");
  expect(incoming.status).toMatchObject({ preview: { file: "q.csv" } });
});

test("reading that is cancelled leaves nothing", async () => {
  const { db, incoming } = await state("cancel");
  const many = Array.from({ length: 60_000 }, (_, i) => `${i},Question ${i}?,Wording of ${i}?\n`);
  const reading = incoming.openFiles([file("many.csv", `${HEADER}\n${many.join("")}`)]);
  await new Promise((done) => setTimeout(done, 5));
  incoming.dismiss();
  await reading;
  expect(incoming.status).toEqual({ kind: "idle" });
  expect(await incoming.accept()).toBeNull();
  expect(await listCorpora(db)).toEqual([]);
});

test("a corpus goes out as its file held it, columns and all", async () => {
  const { incoming } = await state("export");
  const text = csv.replace("paraphrased", "paraphrased,score").replaceAll(/\?$/gm, "?,0.71");
  await incoming.openFiles([file("scored.csv", text)]);
  const entry = await incoming.accept();
  expect(await incoming.exportOriginal(entry!.id)).toEqual({
    name: "scored.csv",
    type: "text/csv",
    text: text.replaceAll("\n", "\r\n"),
  });
});

test("text that is not UTF-8 is refused with a remedy", async () => {
  const { incoming } = await state("latin1");
  await incoming.openFiles([new File([Uint8Array.of(0x93, 0xe9, 0x94)], "a.csv")]);
  const { message } = incoming.status as { message: string };
  expect(message).toMatch(/^a\.csv: the text is not encoded in UTF-8\. Save it as UTF-8/);
});
