import "fake-indexeddb/auto";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { type ChatServer, chatServer } from "../../tests/annotation/chat-server";
import { someTask } from "../../tests/annotation/tasks";
import { openCachedChat } from "../clients/chat/cached";
import { systemClock } from "../clients/chat/clock";
import { Limiter } from "../clients/chat/limiter";
import { databaseReplies } from "../storage/replies";
import type { OpenChat } from "./remote-chat";
import { raterPrompt } from "../core/annotation/model-rater";
import type { Rater } from "../core/annotation/session-file";
import type { LabelTask } from "../core/annotation/task";
import { openDatabase } from "../storage/db";
import { sessionEventsOf } from "../storage/sessions";
import { webLocks } from "./locks.fixture";
import { ModelLabelling } from "./model-labelling.svelte";
import { acquireSession } from "./session-lock";

const model: Rater = { name: "judge-1", kind: "model" };
let task: LabelTask;
let server: ChatServer;

beforeAll(async () => {
  task = await someTask({ repeatShare: 0.5 });
});
afterEach(() => server.close());

async function labelling(name: string, locks = webLocks()) {
  const db = await openDatabase({ name });
  const ended: string[] = [];
  const clock = {
    now: () => Date.now(),
    sleep: (_: number, signal: AbortSignal) => systemClock.sleep(1, signal),
  }; // no long backoffs
  const openChat: OpenChat = (config, apiKey, payer) => {
    const options = { replies: databaseReplies(db), payer, clock };
    return openCachedChat(config, apiKey, { ...options, limiter: new Limiter(4, clock) });
  };
  const labelling = new ModelLabelling(db, locks, async (id) => void ended.push(id), openChat);
  Object.assign(labelling, { baseUrl: server.baseUrl, model: " judge-1 ", apiKey: "secret-key" });
  const events = () => sessionEventsOf(db, task.id, model);
  return { db, labelling, events, ended };
}

test("every item is asked once, as raters see it, and becomes a label of the model's session", async () => {
  server = await chatServer((nth) => ({ text: nth % 2 === 0 ? "Y" : "N" }));
  const { labelling: asking, events, ended } = await labelling("all");
  await asking.ask(task);
  expect(server.heard.map(({ prompt }) => prompt).sort()).toEqual(
    task.items.map((item) => raterPrompt(task, item)).sort(),
  );
  expect(
    server.heard.every(({ key, model }) => key === "Bearer secret-key" && model === "judge-1"),
  ).toBe(true);
  const { length } = task.items;
  expect(asking.work).toMatchObject({
    kind: "ended",
    stopped: false,
    done: length,
    total: length,
    unread: 0,
    spending: { replies: length, estimated: length, cost: null },
  });
  expect((await events()).filter(({ kind }) => kind === "label")).toHaveLength(length);
  expect(ended).toEqual([task.id]);
  expect(JSON.stringify(await events())).not.toContain("secret-key");
});

test("replies that are no label are counted, listed, not asked again, and asked again on demand", async () => {
  let settled = false;
  server = await chatServer((nth) =>
    settled
      ? { text: "N" }
      : nth === 1
        ? { text: "It depends." }
        : nth === 2
          ? { filtered: true }
          : { text: "Y" },
  );
  const { labelling: asking, events } = await labelling("unread");
  await asking.ask(task);
  expect(asking.work).toMatchObject({ unread: 2, stopped: false });
  const comments = (await events()).flatMap((event) =>
    event.kind === "comment" ? event.text : [],
  );
  expect(comments.sort()).toEqual([expect.stringContaining("content_filter"), "It depends."]);
  settled = true;
  await asking.ask(task);
  expect(server.heard).toHaveLength(task.items.length);
  expect(asking.work).toMatchObject({ kind: "ended", done: 0, total: 0 });
  await asking.ask(task, true);
  expect(server.heard).toHaveLength(task.items.length + 2);
  expect(await asking.left(task)).toBe(0);
});

test("cancelling keeps what was labelled, and going on asks about the rest only", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  server = await chatServer(async (nth) => {
    if (nth >= 3) await held;
    return { text: "Y" };
  });
  const { labelling: asking, events } = await labelling("cancel");
  const first = asking.ask(task);
  await vi.waitFor(() => expect(asking.work).toMatchObject({ kind: "asking", done: 3 }));
  expect(asking.work).toMatchObject({ msLeft: expect.any(Number) as number });
  asking.cancel();
  await first;
  release();
  expect(asking.work).toMatchObject({ kind: "ended", stopped: true, done: 3 });
  const before = await events();
  expect(before).toHaveLength(3);
  await asking.ask(task);
  const after = await events();
  expect(after.slice(0, 3)).toEqual(before);
  expect(new Set(after.map((event) => "item" in event && event.item)).size).toBe(after.length);
  expect(after).toHaveLength(task.items.length);
});

test.each([
  [401, /refused the key \(401\)/],
  [404, /does not know the model judge-1/],
])("a fault %i is said in words, and what came before it is kept", async (status, message) => {
  server = await chatServer((nth) => (nth < 2 ? { text: "Y" } : { status }));
  const { labelling: asking, events } = await labelling(`fault-${status}`);
  await asking.ask(task);
  expect(asking.work).toMatchObject({
    kind: "failed",
    message: expect.stringMatching(message) as string,
    done: 2,
  });
  expect(JSON.stringify(asking.work)).not.toContain("secret-key");
  const kept = (await events()).length;
  expect(kept).toBeGreaterThan(0);
  expect(await asking.left(task)).toBe(task.items.length - kept);
});

test("a busy server is asked again, and one that is gone is said with what to check", async () => {
  server = await chatServer((nth) => (nth === 0 ? { status: 503 } : { text: "Y" }));
  const { labelling: asking } = await labelling("busy");
  await asking.ask(task);
  expect(asking.work).toMatchObject({ kind: "ended", stopped: false });
  await server.close();
  asking.model = "judge-2";
  await asking.ask(task);
  expect(asking.work).toMatchObject({ message: expect.stringContaining("(CORS)") as string });
});

test("an address that is none, a missing model and a second tab are refused before anything is sent", async () => {
  server = await chatServer(() => ({ text: "Y" }));
  const locks = webLocks();
  const { db, labelling: asking } = await labelling("refused", locks);
  asking.baseUrl = "localhost";
  await asking.ask(task);
  expect(asking.work).toMatchObject({
    message: expect.stringContaining("is no address") as string,
  });
  Object.assign(asking, { baseUrl: server.baseUrl, model: " " });
  await asking.ask(task);
  expect(asking.work).toMatchObject({
    message: expect.stringContaining("Enter the model’s id") as string,
  });
  asking.model = "judge-1";
  const other = acquireSession(db, locks, task.id, model, {
    onHeld: () => {},
    onRefused: () => {},
    onFailed: () => {},
  });
  await asking.ask(task);
  other.release();
  expect(asking.work).toMatchObject({ message: "another tab is asking judge-1 just now" });
  expect(server.heard).toEqual([]);
});
