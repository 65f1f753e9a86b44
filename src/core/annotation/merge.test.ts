import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { mulberry32, shuffle } from "../../core/random";
import { somePairs, digest, someEvents, someTask } from "../../../tests/annotation/tasks";
import { mergeSessions, type SourcedSession } from "./merge";
import type { SessionEvent } from "./queue";
import type { Rater } from "./session-file";
import { type Label, type LabelTask, makeTask } from "./task";

let task: LabelTask;
let other: LabelTask;
beforeAll(async () => {
  task = await someTask();
  other = await someTask({ title: "Other" });
});

const ada: Rater = { name: "Ada", kind: "person" };
const label = (item: number, label: Label, at: number): SessionEvent => ({
  kind: "label",
  item,
  label,
  at,
});
const from = (source: string, events: SessionEvent[], rater = ada, of = task): SourcedSession => ({
  source,
  session: { task: of, rater, events },
});

test("any number of sessions in any order merge to the same", () => {
  const raters: Rater[] = [ada, { name: "Bo", kind: "person" }, { name: "Ada", kind: "model" }];
  const session = fc.record({
    events: someEvents(6),
    rater: fc.constantFrom(...raters),
    source: fc.constantFrom("a", "b", "c"),
    stray: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(session, { maxLength: 6 }), fc.nat(), (list, seed) => {
      const sessions = list.map(({ source, events, rater, stray }) =>
        from(source, events, rater, stray ? other : task),
      );
      const merged = mergeSessions(task, sessions);
      expect(mergeSessions(task, shuffle(sessions, mulberry32(seed)))).toEqual(merged);
      const accepted = sessions.filter(({ session }) => session.task === task);
      expect(mergeSessions(task, [...accepted, ...sessions])).toEqual(merged); // twice counts once
      for (const { kept, dropped } of merged.superseded)
        expect(kept.at).toBeGreaterThanOrEqual(dropped.at);
    }),
  );
});

test("one rater's two labels of one pair: the newest wins and both are listed", () => {
  const { labels, superseded } = mergeSessions(task, [
    from("laptop", [label(0, "Y", 10), label(1, "Y", 11)]),
    from("phone", [label(0, "N", 20)]),
  ]);
  expect(labels.map(({ item, label }) => [item, label])).toEqual([
    [0, "N"],
    [1, "Y"],
  ]);
  expect(superseded).toMatchObject([
    { kept: { label: "N", at: 20 }, dropped: { label: "Y", at: 10 } },
  ]);
});

test("of two labels at the same time the later in the alphabet wins, and both are listed", () => {
  const sessions = [from("a", [label(0, "Y", 5)]), from("b", [label(0, "N", 5)])];
  for (const order of [sessions, sessions.toReversed()]) {
    const { superseded } = mergeSessions(task, order);
    expect(superseded).toMatchObject([{ kept: { label: "Y" }, dropped: { label: "N" } }]);
  }
});

test("an older export of a session that goes on brings nothing back that was undone", () => {
  const early = [label(0, "Y", 1)];
  const late: SessionEvent[] = [...early, { kind: "undo", at: 2 }];
  const { labels, superseded } = mergeSessions(task, [from("early", early), from("late", late)]);
  expect([labels, superseded]).toEqual([[], []]);
});

test("a person and a model of one name are two raters, people first", () => {
  const model: Rater = { name: "Aa", kind: "model" };
  const { raters } = mergeSessions(task, [from("m", [], model), from("p", [])]);
  expect(raters).toEqual([ada, model]);
});

test("flags and comments of all sessions stand, the comments by alphabet", () => {
  const { notes } = mergeSessions(task, [
    from("a", [{ kind: "comment", item: 1, text: "even", at: 1 }]),
    from("b", [
      { kind: "comment", item: 1, text: "odd", at: 1 },
      { kind: "flag", item: 1, flagged: true, at: 2 },
    ]),
  ]);
  expect(notes).toMatchObject([{ rater: ada, item: 1, flagged: true, comments: ["even", "odd"] }]);
});

test("another task, other wording and a changed pair are refused with the reason", async () => {
  const pairs = await somePairs();
  const reworded = await someTask({ prompt: "Else?" });
  const [first, ...rest] = await somePairs(3);
  const changed = await makeTask([first!, ...rest.slice(-5)], { title: "Trial", seed: 1 }, digest);
  expect(pairs[0]).toEqual(first);
  const { refused, labels } = mergeSessions(task, [
    from("1", [label(0, "Y", 1)], ada, other),
    from("2", [label(0, "Y", 1)], ada, reworded),
    from("3", [label(0, "Y", 1)], ada, changed),
  ]);
  expect(labels).toEqual([]);
  expect(refused.toSorted((a, b) => (a.source < b.source ? -1 : 1))).toEqual([
    { source: "1", reason: 'it belongs to another task, "Other"; this one is "Trial"' },
    {
      source: "2",
      reason: 'it belongs to another version of "Trial": same pairs, other order or wording',
    },
    { source: "3", reason: "pair 2 (question 1) has other texts there than in this task" },
  ]);
});
