import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { someTask } from "../../../tests/annotation/tasks";
import { mergeSessions } from "./merge";
import { itemsToAsk, parseLabel, raterPrompt, replyEvents, unreadReplies } from "./model-rater";
import { emptySession, foldSession, type SessionEvent } from "./queue";
import type { LabelTask } from "./task";

let task: LabelTask;
beforeAll(async () => {
  task = await someTask({ guidelines: "Tone does not matter.", repeatShare: 0.5 });
});

describe("the prompt", () => {
  test("has the question put to raters, the guidelines, the scenario and both answers as the item shows them", () => {
    for (const item of task.items) {
      const pair = task.pairs.find(({ id }) => id === item.pairId)!;
      const [first, second] = pair.answers.map(({ text }) => text);
      const text = raterPrompt(task, item);
      expect(text).toContain(task.prompt);
      expect(text).toContain("Tone does not matter.");
      expect(text).toContain(pair.question);
      expect(text.indexOf(first!) < text.indexOf(second!)).toBe(!item.swapped);
    }
    expect(new Set(task.items.map(({ swapped }) => swapped)).size).toBe(2);
  });

  test("says nothing of roles, repeats or known labels, and leaves empty guidelines out", () => {
    const [item] = task.items;
    const plain = raterPrompt({ ...task, guidelines: "" }, item!);
    expect(plain).not.toContain("guidelines>");
    expect(raterPrompt(task, { ...item!, role: "check", expected: "N" })).toBe(
      raterPrompt(task, item!),
    );
  });

  test("of a pair that the task has not is refused", () => {
    expect(() => raterPrompt(task, { ...task.items[0]!, pairId: "?" })).toThrow("no pair ?");
  });
});

describe("a reply", () => {
  test.each([
    ["Y", "Y"],
    [" n\n", "N"],
    ["**NA**.", "NA"],
    ["“Y”", "Y"],
    ["<think>\nIs it N? Both forbid it.\n</think>\n\nY", "Y"],
  ])("%j is read as %s", (reply, label) => expect(parseLabel(reply)).toBe(label));

  test.each([
    "",
    "Yes",
    "No",
    "N/A",
    "Y N",
    "Y, because both forbid it",
    "Label: Y",
    "YN",
    "NA or N",
    "<think>Y",
    "...",
  ])("%j is no label and is not guessed at", (reply) => expect(parseLabel(reply)).toBeNull());

  test("of any length with more than one word is no label", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Y", "N", "NA"),
        fc.stringMatching(/^[a-z]{1,8}$/),
        (label, word) => {
          expect(parseLabel(`${label} ${word}`)).toBeNull();
          expect(parseLabel(`${word} ${label}`)).toBeNull();
        },
      ),
    );
  });
});

test("what was asked is not asked again, unless what could not be read is", () => {
  const events: SessionEvent[] = [
    ...replyEvents(2, "Y", 1, emptySession),
    ...replyEvents(0, "Well, it depends.", 2, emptySession),
  ];
  const state = foldSession(task, events);
  const all = task.items.map((_, item) => item);
  expect(itemsToAsk(task, emptySession)).toEqual(all);
  expect(itemsToAsk(task, state)).toEqual(all.filter((item) => item !== 2 && item !== 0));
  expect(itemsToAsk(task, state, true)).toEqual(all.filter((item) => item !== 2));
});

test("a label that comes later clears the unread reply, and a long reply is kept in part", () => {
  const first = replyEvents(0, `Well, ${"it depends. ".repeat(200)}`, 1, emptySession);
  const state = foldSession(task, first);
  expect(state.comments.get(0)).toHaveLength(300);
  const later = foldSession(task, [...first, ...replyEvents(0, "NA", 2, state)]);
  expect(later.labels.get(0)?.label).toBe("NA");
  expect(later.comments.size).toBe(0);
});

test("replies without a label are listed for models, and never for people", () => {
  const events = [
    ...replyEvents(0, "Perhaps", 1, emptySession),
    ...replyEvents(1, "", 2, emptySession),
    ...replyEvents(2, "N", 3, emptySession),
  ];
  const of = (name: string, kind: "person" | "model") => ({
    source: name,
    session: { task, rater: { name, kind }, events },
  });
  const unread = unreadReplies(mergeSessions(task, [of("Ada", "person"), of("gpt", "model")]));
  expect(unread.map(({ rater, item, reply }) => [rater.name, item, reply])).toEqual([
    ["gpt", 0, "Perhaps"],
    ["gpt", 1, "(an empty reply)"],
  ]);
  expect(unread[0]!.pairId).toBe(task.items[0]!.pairId);
});
