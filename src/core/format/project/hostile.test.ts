import { strToU8, zipSync } from "fflate";
import { expect, test, vi } from "vitest";
import { archiveOf, byteDigest, sourceOf } from "../../../../tests/project/archive";
import { someTask } from "../../../../tests/annotation/tasks";
import { someDraft } from "../../../storage/rows.fixture";
import { chatRequest, requestKey } from "../../chat/request";
import { InputError } from "../input-error";
import type { ProjectItem } from "./items";
import { LIMITS } from "./limits";
import { writeManifest } from "./manifest";
import { openProject } from "./project";
import { writeRecord } from "./record-json";

const corpus = {
  id: "c",
  importedAt: 1,
  source: "mine.csv",
  corpus: {
    name: "mine",
    questions: [{ id: 7, text: "May one lie?", topic: null, paraphrases: ["a?"], recorded: null }],
    recordedModel: null,
  },
};
const project: ProjectItem[] = [
  { kind: "settings", content: { setup: '{"preset":"recommended"}' } },
  { kind: "corpus", content: corpus },
];

const open = (bytes: Uint8Array) => openProject(sourceOf(bytes), byteDigest);
async function contentsOf(bytes: Uint8Array): Promise<unknown> {
  const archive = await open(bytes);
  return Promise.all(archive.items.map((item) => archive.read(item)));
}

/** An archive with the files given and a manifest that fits them. */
async function zipOf(files: Record<string, Uint8Array>): Promise<Uint8Array> {
  const listed = await Promise.all(
    Object.entries(files).map(async ([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: await byteDigest(bytes),
    })),
  );
  const manifest = await writeManifest({ createdAt: 1, adapters: true, files: listed }, byteDigest);
  return zipSync({ ...files, "manifest.json": manifest });
}

test("a byte flipped or the file cut at 200 places: refused by name, or what is read is what was written", async () => {
  const whole = await archiveOf(project);
  const written = await contentsOf(whole);
  let refused = 0;
  for (let i = 0; i < 200; i++) {
    const at = Math.floor((i * whole.length) / 200);
    const flipped = whole.slice();
    flipped[at]! ^= 1 << (i % 8);
    try {
      expect(await contentsOf(flipped)).toEqual(written);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(/^project\.zip/);
      refused++;
    }
    await expect(contentsOf(whole.slice(0, at))).rejects.toBeInstanceOf(InputError);
  }
  expect(refused).toBeGreaterThan(100); // the rest are dates and sums that nothing is read from
});

test.each([
  "../corpora/1.json",
  "/corpora/1.json",
  "corpora/../../1.json",
  "corpora\\1.json",
  "corpora/1.json/x",
  "runs/1/run.js",
  "runs/1/adapters/1-lora/../../x.json",
  "notes.txt",
  "constructor",
  "",
])("the path %j is refused", async (path) => {
  await expect(zipOf({ [path]: strToU8("{}") }).then(open)).rejects.toBeInstanceOf(InputError);
});

test("a file that the manifest does not know, and one that is missing, are named", async () => {
  const manifest = await writeManifest({ createdAt: 1, adapters: true, files: [] }, byteDigest);
  const stray = zipSync({ "corpora/1.json": strToU8("{}"), "manifest.json": manifest });
  await expect(open(stray)).rejects.toThrow("corpora/1.json: the manifest does not know it");
  const files = [{ path: "corpora/1.json", bytes: 2, sha256: "0".repeat(64) }];
  const missing = await writeManifest({ createdAt: 1, adapters: true, files }, byteDigest);
  await expect(open(zipSync({ "manifest.json": missing }))).rejects.toThrow(
    "corpora/1.json: it is missing",
  );
});

test.each([
  ['{"__proto__":{"polluted":1},"id":"c"}', "__proto__"],
  ['{"id":"c","constructor":{"prototype":{"polluted":1}}}', "constructor"],
  [
    `{"id":"c","importedAt":1,"source":"","corpus":{"name":"","questions":[{"\\u005f_proto__":{"polluted":1}}]}}`,
    "__proto__",
  ],
])("a record that reaches for a prototype is refused: %s", async (json, key) => {
  await expect(zipOf({ "corpora/1.json": strToU8(json) }).then(open)).rejects.toThrow(key);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("a nest too deep to read, and a field of another type, are named with their file", async () => {
  const deep = strToU8("[".repeat(200_000) + "]".repeat(200_000));
  await expect(zipOf({ "corpora/1.json": deep }).then(open)).rejects.toThrow("corpora/1.json");
  const wrong = writeRecord({ ...corpus, corpus: { ...corpus.corpus, questions: "none" } });
  await expect(zipOf({ "corpora/1.json": wrong }).then(open)).rejects.toThrow(
    'corpora/1.json, field "corpus.questions"',
  );
});

test("a zip bomb is refused before it is unpacked, also one that lies about its size", async () => {
  const bomb = new Uint8Array(40 << 20);
  const zip = zipSync({ "corpora/1.json": bomb });
  await expect(open(zip)).rejects.toThrow("as a zip bomb does");

  const lying = zip.slice();
  const directory = lying.findLastIndex((_, i) => isSignature(lying, i, 0x02014b50));
  new DataView(lying.buffer).setUint32(directory + 24, 1000, true);
  const manifest = { path: "corpora/1.json", bytes: 1000, sha256: "0".repeat(64) };
  const source = await withManifest(lying, [manifest]);
  const started = performance.now();
  await expect(open(source)).rejects.toThrow("longer than its 1000 bytes");
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("more files or bytes than the limits allow are refused from the directory alone", async () => {
  const read = vi.fn(async () => new Uint8Array());
  const huge = { name: "project.zip", size: LIMITS.archive + 1, read };
  await expect(openProject(huge, byteDigest)).rejects.toThrow(`over ${LIMITS.archive}`);
  expect(read).not.toHaveBeenCalled();
});

test("two entries that share their bytes are refused", async () => {
  const zip = zipSync({ "corpora/1.json": strToU8("{}"), "corpora/2.json": strToU8("{}") });
  const directory = zip.findLastIndex((_, i) => isSignature(zip, i, 0x02014b50));
  new DataView(zip.buffer).setUint32(directory + 42, 0, true); // the second points at the first
  await expect(open(zip)).rejects.toThrow("overlaps");
});

test("an archive of a newer version asks for a newer program", async () => {
  const manifest = writeRecord({ format: "steadfast-project", version: 3 });
  await expect(open(zipSync({ "manifest.json": manifest }))).rejects.toThrow(
    "its version is 3, newer than this program's 2. Reload the page",
  );
});

test("a task that was changed after it was made, and a log that cannot be, are refused", async () => {
  const task = await someTask();
  const item = (changed: object, events: object[] = []) =>
    zipOf({
      "tasks/1.json": writeRecord({
        stored: {
          id: task.id,
          createdAt: 1,
          source: { kind: "file", name: "p.csv" },
          task: { ...task, ...changed },
        },
        sessions: [{ rater: { name: "Ann", kind: "person" }, part: 0, events }],
        decisions: [],
      }),
    });
  await expect(item({ title: "Another" }).then(open)).rejects.toThrow("was changed");
  await expect(item({}, [{ kind: "undo", at: 1 }]).then(open)).rejects.toThrow(
    "the log of Ann is broken",
  );
  await expect(item({}).then(open)).resolves.toBeTruthy();
});

test("a reply under another request's key, or paid for by another, is refused", async () => {
  const settings = { baseUrl: "http://h/v1", model: "m", temperature: 0, maxTokens: 9 };
  const request = chatRequest(settings, "May one lie?", 0);
  const item = (changed: object) => {
    const reply = {
      ...{ key: requestKey(request), request, text: "No.", usage: null },
      ...{ response: "{}", at: 1, payer: "run:a" },
    };
    const content = { payer: "run:a", replies: [{ ...reply, ...changed }] };
    return zipOf({ "replies/1.json": writeRecord(content) });
  };
  const other = requestKey({ ...request, sample: 1 });
  await expect(item({ key: other }).then(open)).rejects.toThrow("is not the key of its request");
  await expect(item({ key: `${other} 7` }).then(open)).rejects.toThrow("is not the key of its");
  await expect(item({ key: `${requestKey(request)} 7` }).then(open)).resolves.toBeTruthy();
  await expect(item({ payer: "run:b" }).then(open)).rejects.toThrow("was paid for by another");
  await expect(item({}).then(open)).resolves.toBeTruthy();
});

test("texts under another id, out of order, or of the other kind, are refused", async () => {
  const item = (changed: object, first: object = {}) => {
    const { draft, items } = someDraft("rots", "c");
    const content = {
      draft: { ...draft, ...changed },
      items: [{ ...items[0]!, ...first }, items[1]],
    };
    return zipOf({ "drafts/1.json": writeRecord(content) });
  };
  await expect(item({ corpusId: "d" }).then(open)).rejects.toThrow(
    "its id is not that of its kind",
  );
  await expect(item({}, { position: 1 }).then(open)).rejects.toThrow("not in their order");
  await expect(item({}, { draftId: "rots:d" }).then(open)).rejects.toThrow("of another draft");
  await expect(item({}, { answer: null }).then(open)).rejects.toThrow("has an answer");
  await expect(item({}).then(open)).resolves.toBeTruthy();
});

function isSignature(bytes: Uint8Array, at: number, signature: number): boolean {
  return at + 4 <= bytes.length && new DataView(bytes.buffer).getUint32(at, true) === signature;
}

/** The same archive with a manifest, its other entry left as it is. */
async function withManifest(
  zip: Uint8Array,
  files: readonly { path: string; bytes: number; sha256: string }[],
): Promise<Uint8Array> {
  const body = await writeManifest({ createdAt: 1, adapters: true, files: [...files] }, byteDigest);
  const own = zipSync({ "manifest.json": body }, { level: 0 });
  const split = (bytes: Uint8Array) => {
    const directory = bytes.findIndex((_, i) => isSignature(bytes, i, 0x02014b50));
    return [bytes.slice(0, directory), bytes.slice(directory, -22)] as const;
  };
  const [[firstFiles, firstDirectory], [secondFiles, secondDirectory]] = [split(zip), split(own)];
  new DataView(secondDirectory.buffer).setUint32(42, firstFiles.length, true);
  const end = zip.slice(-22);
  const view = new DataView(end.buffer);
  view.setUint16(8, 2, true);
  view.setUint16(10, 2, true);
  view.setUint32(12, firstDirectory.length + secondDirectory.length, true);
  view.setUint32(16, firstFiles.length + secondFiles.length, true);
  const parts = [firstFiles, secondFiles, firstDirectory, secondDirectory, end];
  return new Uint8Array(Buffer.concat(parts));
}
