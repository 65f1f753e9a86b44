import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { someEvents, someTask } from "../../../tests/annotation/tasks";
import {
  applyEvent,
  emptySession,
  foldSession,
  isBreakDue,
  progressOf,
  type SessionEvent,
} from "./queue";
import type { Label, LabelTask } from "./task";

let task: LabelTask; // 6 items
beforeAll(async () => {
  task = await someTask();
});

const label = (item: number, label: Label, at: number): SessionEvent => ({
  kind: "label",
  item,
  label,
  at,
});
const undo = (at: number): SessionEvent => ({ kind: "undo", at });

test("a label moves on to the next item without one, round the end, until all are labelled", () => {
  expect(foldSession(task, []).current).toBe(0);
  expect(foldSession(task, [label(0, "Y", 1)]).current).toBe(1);
  expect(foldSession(task, [label(1, "Y", 1), label(0, "N", 2)]).current).toBe(2);
  expect(foldSession(task, [label(5, "Y", 1)]).current).toBe(0);
  const all = [0, 1, 2, 3, 4, 5].map((item) => label(item, "NA", item));
  expect(foldSession(task, all).current).toBeNull();
});

test("undo goes back across pairs, to what stood before", () => {
  const events = [label(0, "Y", 1), label(1, "N", 2), label(0, "NA", 3)];
  const once = foldSession(task, [...events, undo(4)]);
  expect(once.labels.get(0)).toEqual({ label: "Y", at: 1 });
  expect(once.current).toBe(0);
  const thrice = foldSession(task, [...events, undo(4), undo(5), undo(6)]);
  expect(thrice.labels.size).toBe(0);
  expect(thrice.current).toBe(0);
  expect(() => foldSession(task, [undo(1)])).toThrow("there is no label to undo");
});

test("flags and comments can be set and taken back, and don't move on", () => {
  const events: SessionEvent[] = [
    { kind: "flag", item: 2, flagged: true, at: 1 },
    { kind: "flag", item: 3, flagged: true, at: 2 },
    { kind: "flag", item: 2, flagged: false, at: 3 },
    { kind: "comment", item: 1, text: "odd", at: 4 },
    { kind: "comment", item: 4, text: "x", at: 5 },
    { kind: "comment", item: 4, text: "", at: 6 },
  ];
  const state = foldSession(task, events);
  expect([...state.flags]).toEqual([3]);
  expect([...state.comments]).toEqual([[1, "odd"]]);
  expect(state.current).toBe(0);
});

test("the state after a log is the state after its parts, and earlier states stay as they were", () => {
  fc.assert(
    fc.property(someEvents(6), fc.nat(20), (events, cut) => {
      const before = foldSession(task, events.slice(0, cut));
      const copy = structuredClone(before);
      const after = events
        .slice(cut)
        .reduce((state, event) => applyEvent(task, state, event), before);
      expect(after).toEqual(foldSession(task, events));
      expect(before).toEqual(copy);
      if (after.current !== null && events.at(-1)?.kind === "label")
        expect(after.labels.has(after.current)).toBe(false);
    }),
  );
});

test("as many undos as labels leave nothing", () => {
  fc.assert(
    fc.property(someEvents(6), (events) => {
      const { history } = foldSession(task, events);
      const undone = foldSession(task, [...events, ...history.map(() => undo(99))]);
      expect(undone.labels.size).toBe(0);
    }),
  );
});

test("pace is the median time a label, breaks left out", () => {
  const times = [0, 4_000, 10_000, 700_000, 705_000];
  const state = foldSession(
    task,
    times.map((at, item) => label(item, "Y", at)),
  );
  expect(progressOf(task, state)).toEqual({
    labelled: 5,
    total: 6,
    msPerLabel: 5_000,
    msLeft: 5_000,
  });
  expect(progressOf(task, emptySession)).toEqual({
    labelled: 0,
    total: 6,
    msPerLabel: null,
    msLeft: null,
  });
  const back = foldSession(task, [label(0, "Y", 9_000), label(1, "Y", 1_000)]);
  expect(back.gapsMs).toEqual([0]); // the clock was set back
});

test("a break is due after 25 minutes at work, not while resting", () => {
  const minute = 60_000;
  const state = foldSession(
    task,
    [0, 1.9, 3.8, 5, 6.5].map((m, i) => label(i, "Y", m * minute)),
  );
  expect(isBreakDue(state, 8 * minute)).toBe(false);
  const long = { ...state, lastLabelAt: 25 * minute };
  expect(isBreakDue(long, 26 * minute)).toBe(true);
  expect(isBreakDue(long, 40 * minute)).toBe(false);
  expect(isBreakDue(emptySession, 40 * minute)).toBe(false);
});

test("refuses an item that the task hasn't", () => {
  expect(() => foldSession(task, [label(6, "Y", 1)])).toThrow(
    "item 6 is not in the task, which has 6",
  );
});
