/** Asks chat APIs for the page, whose content security policy lets it talk to its own origin alone. */
import { type ChatApi, openChatApi } from "../src/clients/chat-api";
import type { ChatContract } from "../src/protocol/chat";
import { serve } from "../src/protocol/rpc";

/** The API asked last: it has learned which parameters its server refuses. In memory, like the key within it. */
let last: { readonly name: string; readonly api: Promise<ChatApi> } | null = null;

// The DOM's types take `self` for a window.
serve<ChatContract>(self as unknown as Pick<Worker, "addEventListener" | "postMessage">, {
  async complete({ config, apiKey, prompt }, { signal }) {
    const name = JSON.stringify([config, apiKey]);
    if (last?.name !== name) last = { name, api: openChatApi(config, apiKey) };
    const api = await last.api;
    return api.complete(prompt, signal);
  },
});
