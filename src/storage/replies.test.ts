import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import type { StoredReply } from "../core/chat/reply";
import { chatRequest, requestKey } from "../core/chat/request";
import { openDatabase } from "./db";
import { databaseReplies, missingReplies } from "./replies";

const settings = { baseUrl: "http://h/v1", model: "m", temperature: 0, maxTokens: 9 };
const request = chatRequest(settings, "May one lie?", 0);
const key = requestKey(request);
const reply = (text: string, payer: string): StoredReply => ({
  ...{ key, request, text, payer },
  ...{ usage: { promptTokens: 4, completionTokens: 2 }, response: "{}", at: 1 },
});

test("of two replies to one request the first is kept, and both payers have paid", async () => {
  const replies = databaseReplies(await openDatabase({ name: "two-payers" }));
  await Promise.all([replies.put(reply("No.", "a")), replies.put(reply("Yes.", "b"))]);
  expect((await replies.get(key))?.text).toBe("No.");
  expect(await replies.paidBy("a")).toMatchObject([{ text: "No.", usage: { promptTokens: 4 } }]);
  expect(await replies.paidBy("b")).toMatchObject([{ text: "Yes.", usage: { promptTokens: 4 } }]);
});

test("a reply without text is paid for each time, and is no reply", async () => {
  const db = await openDatabase({ name: "no-text" });
  const replies = databaseReplies(db);
  for (const text of ["", " \n"]) await replies.put(reply(text, "a"));
  expect(await replies.get(key)).toBeNull();
  expect(await missingReplies(db, [request])).toEqual([request]);
  expect(await replies.paidBy("a")).toHaveLength(2);
  await replies.put(reply("No.", "a"));
  expect((await replies.get(key))?.text).toBe("No.");
  expect(await replies.paidBy("a")).toHaveLength(3);
});
