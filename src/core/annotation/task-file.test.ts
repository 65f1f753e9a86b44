import { expect, test } from "vitest";
import { digest, someTask } from "../../../tests/annotation/tasks";
import { writeSession } from "./session-file";
import { readLabelFile, writeTask } from "./task-file";

const task = await someTask({ guidelines: "Read *both*.", repeatShare: 0.5 });
const read = (text: string) => readLabelFile(text, "t.json", digest);
const changed = (edit: (file: { version: number; task: typeof task }) => void) => {
  const file = JSON.parse(writeTask(task)) as { version: number; task: typeof task };
  edit(file);
  return JSON.stringify(file);
};

test("a task's file is read back as it was, and names no model", async () => {
  expect(await read(writeTask(task))).toEqual({ kind: "task", task });
});

test("a session's file is known by its format", async () => {
  const session = { task, rater: { name: "Ann", kind: "person" as const }, events: [] };
  expect(await read(await writeSession(session, digest))).toEqual({ kind: "session", session });
});

test.each([
  ["no JSON", "{", "it is no JSON"],
  ["another file", '{"format":"steadfast-report","version":1}', "it is no labelling task"],
  ["a list", "[1]", "it is no labelling task"],
  ["a newer version", changed((file) => (file.version = 2)), "newer than this program's 1"],
  [
    "a changed order",
    changed(({ task }) => task.items.reverse()),
    "the task was changed after it was made",
  ],
  [
    "a changed answer",
    changed(({ task }) => (task.pairs[0]!.answers[0].text = "No.")),
    "pair 1 (question 1) was changed after the task was made",
  ],
  [
    "a strange field",
    changed(({ task }) => Object.assign(task, { model: "gpt" })),
    'field "task.model"',
  ],
])("%s is refused with the reason", async (_, text, reason) => {
  await expect(read(text)).rejects.toThrow(reason);
});
