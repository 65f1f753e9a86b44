import { chatModel } from "../clients/chat";
import { recordedAnswers } from "../clients/recorded";
import type { Corpus } from "../core/corpus/corpus";
import type { AlignedConfig } from "../core/study/config";
import type { Aligned } from "../core/study/ports";

/** The aligned model that a config asks for; a key comes from the environment, never from a file. */
export async function openAligned(config: AlignedConfig, corpus: Corpus): Promise<Aligned> {
  return config.kind === "recorded"
    ? recordedAnswers(corpus)
    : chatModel(config, process.env["STEADFAST_API_KEY"] ?? null);
}
