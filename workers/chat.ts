/** Asks chat APIs for the page, whose content security policy lets it talk to its own origin alone. */
import { type CachedChat, openCachedChat } from "../src/clients/chat/cached";
import { readBatchBody } from "../src/clients/chat/batch-body";
import { testConnection } from "../src/clients/chat/connection";
import { batchFiles, readBatch } from "../src/core/chat/batch";
import { requestsFor, wordingsToAsk } from "../src/core/chat/corpus-requests";
import { estimateCost } from "../src/core/chat/cost";
import { requestKey } from "../src/core/chat/request";
import type { ChatContract, ChatParams, CorpusQuestion } from "../src/protocol/chat";
import { serve } from "../src/protocol/rpc";
import { type Database, openDatabase } from "../src/storage/db";
import { databaseReplies, missingReplies } from "../src/storage/replies";

/** The API asked last: it has learned which parameters its server refuses. In memory, like the key within it. */
let last: { readonly name: string; readonly chat: Promise<CachedChat> } | null = null;
let database: Promise<Database> | null = null;

// The DOM's types take `self` for a window.
serve<ChatContract>(self as unknown as Pick<Worker, "addEventListener" | "postMessage">, {
  async complete(params, { signal }) {
    const name = JSON.stringify([params.config, params.apiKey, params.payer]);
    if (last?.name !== name) last = { name, chat: open(params) };
    const { chat } = last;
    chat.catch(forget);
    const text = await (await chat).complete(params.prompt, params.sample, signal);
    return { text, spending: (await chat).spending() };
  },

  async estimate(question) {
    const requests = requestsOf(question);
    const missing = await missingReplies(await opened(), requests);
    return estimateCost(requests, missing, question.config);
  },

  async exportBatch(question) {
    return batchFiles(await missingReplies(await opened(), requestsOf(question)));
  },

  async importBatch({ text, ...question }) {
    const requests = requestsOf(question).map((request) => [requestKey(request), request] as const);
    const { replies, failed } = readBatch(text, new Map(requests), readBatchBody, Date.now());
    const kept = databaseReplies(await opened());
    let stored = 0;
    for (const reply of replies) {
      if ((await kept.get(reply.key)) !== null) continue;
      await kept.put(reply);
      stored++;
    }
    return { stored, known: replies.length - stored, failed };
  },

  test: ({ baseUrl, model, apiKey }, { signal }) =>
    testConnection({ baseUrl, model, apiKey, page: self.location.href, signal }),
});

async function open({ config, apiKey, payer }: ChatParams): Promise<CachedChat> {
  return openCachedChat(config, apiKey, { replies: databaseReplies(await opened()), payer });
}

function opened(): Promise<Database> {
  return (database ??= openDatabase({ onClosed: forget }));
}

const requestsOf = ({ config, corpus }: CorpusQuestion) =>
  requestsFor(wordingsToAsk(corpus), config);

/** The next request opens everything anew. */
function forget(): void {
  last = null;
  database = null;
}
