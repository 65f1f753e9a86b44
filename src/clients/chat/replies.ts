import type { GivenReply, ReplySource } from "../../core/chat/reply-source";
import { inParallel } from "../in-parallel";
import type { CachedChat } from "./cached";
import { EmptyReplyError, FilteredError } from "./errors";

/**
 * A chat API as a source of texts. A prompt that the provider's filter refuses, or that brings no text, has no reply and ends nothing.
 * @param stop  ends the requests on the way too.
 */
export function chatReplies(
  chat: CachedChat,
  { model, requestsAtOnce }: { readonly model: string; readonly requestsAtOnce: number },
  stop: AbortSignal,
): ReplySource {
  return {
    name: model,
    async replies(asked, { onProgress }) {
      const replies = new Array<GivenReply>(asked.length);
      let done = 0;
      await inParallel(asked, requestsAtOnce, stop, async ({ prompt, sample }, place) => {
        replies[place] = await chat
          .complete(prompt, sample, stop)
          .then((text) => ({ text, problem: null }))
          .catch(noReply);
        onProgress?.(++done, asked.length);
      });
      return replies;
    },
  };
}

function noReply(error: unknown): GivenReply {
  if (error instanceof EmptyReplyError || error instanceof FilteredError) {
    return { text: "", problem: `${error.message}.` };
  }
  throw error;
}
