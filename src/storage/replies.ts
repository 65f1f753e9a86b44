/** Replies of APIs that were paid for: kept until everything is deleted, whatever becomes of the run that asked. */
import { type ReplyStore, type StoredReply, hasText } from "../core/chat/reply";
import { type ChatRequest, requestKey } from "../core/chat/request";
import type { Database } from "./db";
import { type Writing, write } from "./write";

/** Rows are keyed by what was asked, so any tab may add one at any time: it is under no lease. */
export function databaseReplies(db: Database): ReplyStore {
  return {
    async get(key) {
      return (await db.get("replies", key)) ?? null;
    },
    async put(reply) {
      const work = async (tx: Writing<"replies"[]>) => {
        const store = tx.objectStore("replies");
        const isFirst = hasText(reply) && (await store.getKey(reply.key)) === undefined;
        await store.add(isFirst ? reply : { ...reply, key: `${reply.key} ${crypto.randomUUID()}` });
      };
      await write(db, ["replies"], work, reply, null);
    },
    paidBy: (payer) => repliesOf(db, payer),
  };
}

/** By key. */
export function repliesOf(db: Database, payer: string): Promise<StoredReply[]> {
  return db.getAllFromIndex("replies", "byPayer", payer);
}

/** Those of these requests that have no reply, in their order. */
export async function missingReplies(
  db: Database,
  requests: readonly ChatRequest[],
): Promise<ChatRequest[]> {
  const keys = requests.map(requestKey);
  const { store } = db.transaction("replies");
  const found = await Promise.all(keys.map((key) => store.getKey(key)));
  return requests.filter((_, i) => found[i] === undefined);
}
