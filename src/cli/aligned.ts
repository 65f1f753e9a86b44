import { resolve } from "node:path";
import { chatModel } from "../clients/chat";
import { recordedAnswers } from "../clients/recorded";
import type { Corpus } from "../core/corpus/corpus";
import type { AlignedConfig } from "../core/study/config";
import type { Aligned } from "../core/study/ports";
import { ReplyFile } from "./reply-file";

/** Replies of an API, in a study's folder. It is none of the files that --force replaces: they were paid for. */
export const REPLIES = "replies.jsonl";

/** The key of an API; it comes from the environment, never from a file. */
export const apiKeyOf = (): string | null => process.env["STEADFAST_API_KEY"] || null;

/**
 * The aligned model that a config asks for.
 * @param cache  the file that an API's replies are kept in.
 * @param out    what pays for them: a study's folder.
 */
export async function openAligned(
  config: AlignedConfig,
  corpus: Corpus,
  cache = REPLIES,
  out = ".",
): Promise<Aligned> {
  if (config.kind === "recorded") return recordedAnswers(corpus);
  const options = { replies: ReplyFile.open(cache), payer: resolve(out) };
  return chatModel(config, apiKeyOf(), options);
}
