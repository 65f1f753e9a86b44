import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { digest, someEvents, someTask } from "../../../tests/annotation/tasks";
import { canonicalJson } from "./canonical-json";
import { readSession, type Session, writeSession } from "./session-file";
import { taskId } from "./task";

let session: Session;
beforeAll(async () => {
  session = {
    task: await someTask(),
    rater: { name: "Ada", kind: "person" },
    events: [{ kind: "label", item: 0, label: "Y", at: 1 }],
  };
});

type Json = Record<string, unknown>;

/** The file with changes, signed anew so that only the change is at fault. */
async function altered(change: (content: Json) => unknown): Promise<string> {
  const content = JSON.parse(await writeSession(session, digest)) as Json;
  delete content["checksum"];
  change(content);
  return JSON.stringify({ ...content, checksum: await digest(canonicalJson(content)) });
}

test("every session written comes back", async () => {
  await fc.assert(
    fc.asyncProperty(someEvents(6), fc.string({ minLength: 1 }), async (events, name) => {
      const written: Session = { task: session.task, rater: { name, kind: "model" }, events };
      expect(await readSession(await writeSession(written, digest), "a.json", digest)).toEqual(
        written,
      );
    }),
    { numRuns: 30 },
  );
});

test("a changed label is refused by its checksum", async () => {
  const text = (await writeSession(session, digest)).replace('"label":"Y"', '"label":"N"');
  await expect(readSession(text, "a.json", digest)).rejects.toThrow(
    "a.json: the checksum does not fit the content, so the file was changed or cut. Export it again from the rater's device.",
  );
});

test.each<[string, (content: Json) => unknown, string]>([
  [
    "another format",
    (c) => (c["format"] = "x"),
    "a.json: it is no file of labels. Choose a file that was exported from labelling.",
  ],
  [
    "a newer version",
    (c) => (c["version"] = 2),
    "a.json: its version is 2, newer than this program's 1. Reload the page to get the newest program.",
  ],
  [
    "another label",
    (c) => ((c["events"] as Json[])[0]!["label"] = "maybe"),
    'a.json, field "events.0.label": Invalid type: Expected ("Y" | "N" | "NA") but received "maybe". Choose a file that was exported from labelling.',
  ],
  [
    "an undo without a label",
    (c) => (c["events"] = [{ kind: "undo", at: 1 }]),
    "a.json: the log of labels is broken: there is no label to undo. Export it again from the rater's device.",
  ],
  [
    "a changed pair",
    (c) => (((c["task"] as Json)["pairs"] as Json[])[1]!["question"] = "Else?"),
    "a.json: pair 2 (question 1) was changed after the task was made. Use the file as it was exported.",
  ],
  [
    "a changed task",
    (c) => ((c["task"] as Json)["prompt"] = "Else?"),
    "a.json: the task was changed after it was made. Use the file as it was exported.",
  ],
])("refuses %s", async (_, change, message) => {
  await expect(readSession(await altered(change), "a.json", digest)).rejects.toThrow(
    expect.objectContaining({ name: "InputError", message }) as Error,
  );
});

test("refuses what is no JSON, and an item without its pair", async () => {
  await expect(readSession("{", "a.json", digest)).rejects.toThrow(/^a\.json: it is no JSON: /);
  const { items, pairs } = session.task;
  const kept = pairs.filter(({ id }) => id !== items[2]!.pairId);
  const stray = { ...session.task, pairs: kept };
  const task = { ...stray, id: await taskId(stray, digest) };
  const text = await writeSession({ ...session, task }, digest);
  await expect(readSession(text, "a.json", digest)).rejects.toThrow(
    "item 3 shows a pair that the task hasn't",
  );
});
