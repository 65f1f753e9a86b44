/**
 * Batch files of OpenAI's Batch API: requests to be answered within a day at half the price, and what came of them. The
 * `custom_id` of a request is its key, so that a result finds its place whoever brings it, and in whatever order.
 */
import { strToU8 } from "fflate";
import * as v from "valibot";
import type { StoredReply } from "./reply";
import { type ChatRequest, requestKey } from "./request";

/** What OpenAI takes in one file. */
const MOST_REQUESTS = 50_000;
const MOST_BYTES = 200_000_000;

/** Requests as files to upload, each request once; more than one where they exceed what one may hold. */
export function batchFiles(
  requests: readonly ChatRequest[],
  { most = MOST_REQUESTS, bytes = MOST_BYTES } = {},
): string[] {
  const lines = new Map(requests.map((request) => [requestKey(request), request]));
  const files: string[][] = [];
  let size = Infinity;
  for (const [key, request] of lines) {
    const line = `${JSON.stringify(lineOf(key, request))}\n`;
    const length = strToU8(line).length;
    if (size + length > bytes || files.at(-1)!.length >= most) {
      files.push([]);
      size = 0;
    }
    files.at(-1)!.push(line);
    size += length;
  }
  return files.map((file) => file.join(""));
}

function lineOf(key: string, { model, messages, parameters }: ChatRequest) {
  const { max_tokens: longest, ...others } = parameters;
  return {
    custom_id: key,
    method: "POST",
    url: "/v1/chat/completions",
    // The older name is refused by newer models, this one by none that batches are for.
    body: {
      model,
      messages,
      ...others,
      ...(longest !== undefined && { max_completion_tokens: longest }),
    },
  };
}

/** A line that gave no reply, by its number from 1. */
export interface FailedLine {
  readonly line: number;
  /** The request's key; null where it can't be told. */
  readonly key: string | null;
  readonly reason: string;
}

export interface BatchResult {
  readonly replies: readonly StoredReply[];
  readonly failed: readonly FailedLine[];
}

const ResultLine = v.object({
  custom_id: v.string(),
  response: v.nullish(v.object({ status_code: v.number(), body: v.unknown() })),
  error: v.nullish(v.object({ code: v.nullish(v.string()), message: v.nullish(v.string()) })),
});

/** What a body of a chat completion says; null for what is none. */
export type ReadBody = (body: unknown) => Pick<StoredReply, "text" | "usage" | "response"> | null;

/**
 * Reads a file of results, whether of answers or of errors. Nothing in it is believed beyond its own line.
 * @param requests  that were asked for, by key: a result of another is named and left out.
 * @param at        ms since the epoch, for the replies.
 */
export function readBatch(
  text: string,
  requests: ReadonlyMap<string, ChatRequest>,
  read: ReadBody,
  at: number,
): BatchResult {
  const replies = new Map<string, StoredReply>();
  const failed: FailedLine[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const result = readLine(line, requests, read);
    if ("reason" in result) failed.push({ line: i + 1, ...result });
    else if (replies.has(result.key)) {
      failed.push({
        line: i + 1,
        key: result.key,
        reason: "an earlier line answers the same request",
      });
    } else replies.set(result.key, { ...result, at, payer: BATCH_PAYER });
  }
  return { replies: [...replies.values()], failed };
}

/** Batches are paid for where they run, from no budget here. */
const BATCH_PAYER = "batch";

function readLine(
  line: string,
  requests: ReadonlyMap<string, ChatRequest>,
  read: ReadBody,
): Omit<FailedLine, "line"> | Omit<StoredReply, "at" | "payer"> {
  let parsed;
  try {
    parsed = v.safeParse(ResultLine, JSON.parse(line));
  } catch {
    return { key: null, reason: "the line is no JSON, or was cut" };
  }
  if (!parsed.success) return { key: null, reason: "the line is no result of a batch" };
  const { custom_id: key, response, error } = parsed.output;
  const request = requests.get(key);
  if (request === undefined) {
    return {
      key,
      reason: "nothing that is asked here has this custom_id: other settings or texts?",
    };
  }
  if (error) return { key, reason: error.message ?? error.code ?? "it failed without a reason" };
  if (!response) return { key, reason: "it has neither a response nor an error" };
  if (response.status_code !== 200) return { key, reason: reasonIn(response) };
  const reply = read(response.body);
  if (reply === null) return { key, reason: "the response is no chat completion" };
  if (reply.text.trim() === "") return { key, reason: "the model gave no text" };
  return { key, request, ...reply };
}

const ErrorBody = v.object({ error: v.object({ message: v.string() }) });

function reasonIn({ status_code: status, body }: { status_code: number; body: unknown }): string {
  return v.is(ErrorBody, body) ? `status ${status}: ${body.error.message}` : `status ${status}`;
}
