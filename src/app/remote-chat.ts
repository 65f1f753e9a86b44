/** Chat APIs through a worker: the page's content security policy lets the page itself ask no one but its own origin. */
import { ApiError, type ChatApi, type ChatApiConfig, FilteredError } from "../clients/chat-api";
import type { ChatContract } from "../protocol/chat";
import { type Client, RemoteError } from "../protocol/rpc";

/** Opens an API as `openChatApi` does. @param start  starts the worker, when the first API is opened. */
export function remoteChat(
  start: () => Client<ChatContract>,
): (config: ChatApiConfig, apiKey: string | null) => Promise<ChatApi> {
  let client: Client<ChatContract> | null = null;
  return async (config, apiKey) => {
    const worker = (client ??= start());
    return {
      async complete(prompt, signal) {
        try {
          return await worker.call("complete", { config, apiKey, prompt }, { signal });
        } catch (error) {
          throw error instanceof RemoteError ? asThrown(error) : error;
        }
      },
    };
  };
}

/** Classes don't cross between threads; their names do. */
function asThrown({ code, message }: RemoteError): Error {
  if (code === "FilteredError") return new FilteredError(message);
  return code === "AbortError" ? new DOMException(message, code) : new ApiError(message);
}
