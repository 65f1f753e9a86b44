import { expect, test } from "vitest";
import { readBatchBody } from "../../clients/chat/batch-body";
import { batchFiles, readBatch } from "./batch";
import { chatRequest, requestKey } from "./request";

const settings = { baseUrl: "https://h/v1", model: "m", temperature: 0.8, maxTokens: 20 };
const requests = ["a?", "b?", "c?", "d?"].map((prompt) => chatRequest(settings, prompt, 0));
const keys = requests.map(requestKey);
const byKey = new Map(requests.map((request) => [requestKey(request), request]));

const completion = (content: string) => ({
  choices: [{ message: { role: "assistant", content } }],
  usage: { prompt_tokens: 9, completion_tokens: 2 },
});
/** A line as the API writes it. */
const line = (key: string, response: unknown, error: unknown = null) =>
  JSON.stringify({ id: "batch_req_1", custom_id: key, response, error });
const ok = (key: string, text: string) =>
  line(key, { status_code: 200, request_id: "r", body: completion(text) });

test("a batch asks each request once under its key, as the API wants it", () => {
  const [file, ...others] = batchFiles([...requests, requests[0]!]);
  expect(others).toEqual([]);
  const lines = file!
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as unknown);
  expect(lines).toHaveLength(4);
  expect(lines[1]).toEqual({
    ...{ custom_id: keys[1], method: "POST", url: "/v1/chat/completions" },
    body: {
      ...{ model: "m", temperature: 0.8, max_completion_tokens: 20 },
      messages: [{ role: "user", content: "b?" }],
    },
  });
});

test("a file that would hold too many requests or bytes is cut into several, none lost", () => {
  expect(batchFiles([])).toEqual([]);
  for (const limit of [{ most: 3 }, { bytes: 700 }]) {
    const files = batchFiles(requests, limit);
    expect(files.length).toBeGreaterThan(1);
    expect(files.join("")).toBe(batchFiles(requests)[0]);
    for (const file of files) expect(file.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  }
});

test("results find their requests in any order, and each line that gives no reply is named", () => {
  const text = [
    ok(keys[2]!, "Yes."),
    ok("0".repeat(64), "To something else."),
    line(keys[1]!, { status_code: 400, body: { error: { message: "no temperature" } } }),
    '{"custom_id": "cut',
    line(keys[3]!, null, { code: "batch_expired", message: "not in time" }),
    ok(keys[0]!, "No."),
    ok(keys[0]!, "No, again."),
    '{"hello": 1}',
    line(keys[1]!, { status_code: 200, body: {} }),
    ok(keys[1]!, " "),
    "",
  ].join("\n");
  const { replies, failed } = readBatch(text, byKey, readBatchBody, 5);
  expect(replies.map(({ key, text }) => [key, text])).toEqual([
    [keys[2], "Yes."],
    [keys[0], "No."],
  ]);
  expect(replies[0]).toMatchObject({
    ...{ request: requests[2], at: 5, payer: "batch" },
    usage: { promptTokens: 9, completionTokens: 2 },
  });
  expect(failed.map(({ line, reason }) => [line, reason])).toEqual([
    [2, expect.stringContaining("has this custom_id")],
    [3, "status 400: no temperature"],
    [4, "the line is no JSON, or was cut"],
    [5, "not in time"],
    [7, "an earlier line answers the same request"],
    [8, "the line is no result of a batch"],
    [9, "the response is no chat completion"],
    [10, "the model gave no text"],
  ]);
});
