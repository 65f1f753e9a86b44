/** The model that writes texts for a draft: behind an API, or in this browser. */
import { chatReplies } from "../clients/chat/replies";
import type { Spending } from "../core/chat/cost";
import type { ReplySource } from "../core/chat/reply-source";
import { PARAPHRASE_TOKENS } from "../core/paraphrase/prompt";
import type { DraftKind } from "../core/review/draft";
import { ROT_TOKENS } from "../core/rots/prompt";
import { PASSWORD_REFUSED, holdsPassword } from "../core/study/address";
import { deviceWriter } from "./device-writer";
import type { Device } from "./device.svelte";
import type { OpenChat } from "./remote-chat";

const PACE = { temperature: 0.8, requestsAtOnce: 4, timeoutSeconds: 300 };
const LONGEST = { paraphrases: PARAPHRASE_TOKENS, rots: ROT_TOKENS };

/** Whom a person has chosen. */
export interface WriterChoice {
  readonly source: "api" | "local";
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string;
  /** Of a million tokens, in the currency of the budget; null where unknown. */
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly budget: number | null;
  /** A model in this browser. */
  readonly target: string;
}

export type WriterConfig = ReturnType<typeof writerConfig>;

/** How the API that was chosen is asked. */
export function writerConfig(choice: WriterChoice, kind: DraftKind) {
  const { inputPrice, outputPrice, budget } = choice;
  const { baseUrl, model } = { baseUrl: choice.baseUrl.trim(), model: choice.model.trim() };
  const config = { ...PACE, baseUrl, model, maxTokens: LONGEST[kind].api };
  return { ...config, inputPrice, outputPrice, budget, tokenBudget: null };
}

export interface OpenWriter {
  readonly writer: ReplySource;
  /** Null of a model in this browser. */
  readonly spending: () => Spending | null;
}

/**
 * @param payer  what the replies of an API are counted under.
 * @throws RangeError for an address, a model or a budget that can't be asked with.
 */
export async function openWriter(
  choice: WriterChoice,
  { kind, payer }: { readonly kind: DraftKind; readonly payer: string },
  { device, openChat }: { readonly device: Pick<Device, "start">; readonly openChat: OpenChat },
  signal: AbortSignal,
): Promise<OpenWriter> {
  if (choice.source === "local") {
    const { client } = await device.start();
    const sampling = { temperature: 0.8, topK: 0, topP: 1, maxNewTokens: LONGEST[kind].model };
    const writer = deviceWriter(client, choice.target, sampling, signal);
    return { writer, spending: () => null };
  }
  const config = writerConfig(choice, kind);
  checkConfig(config);
  const chat = await openChat(config, choice.apiKey.trim() || null, payer);
  return { writer: chatReplies(chat, config, signal), spending: () => chat.spending() };
}

function checkConfig({ baseUrl, model, budget, inputPrice, outputPrice }: WriterConfig): void {
  if (holdsPassword(baseUrl)) throw new RangeError(PASSWORD_REFUSED);
  if (!URL.canParse(baseUrl)) {
    throw new RangeError(`“${baseUrl}” is no address; write one like http://localhost:1234/v1`);
  }
  if (model === "") throw new RangeError("Enter the model’s id, as the server names it");
  if (budget !== null && (inputPrice === null || outputPrice === null)) {
    throw new RangeError("A budget needs both prices. Enter them, or leave it empty");
  }
}
