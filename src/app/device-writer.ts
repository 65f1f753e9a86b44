/** The study's worker as a source of texts, and as an encoder of them. */
import { promptName, type ReplySource } from "../core/chat/reply-source";
import type { Encoder } from "../core/encode/encoder";
import { targetName } from "../core/models/target";
import { deriveSeed } from "../core/random";
import type { Sampling } from "../core/study/config";
import type { EncoderChoice } from "../protocol/encoder";
import type { Client } from "../protocol/rpc";
import type { StudyContract } from "../protocol/study";

const SEED = 1;

/**
 * Its replies fail before the first where a prompt is too long for the model.
 * @param stop  ends it within a few tokens.
 */
export function deviceWriter(
  client: Client<StudyContract>,
  target: string,
  sampling: Sampling,
  stop: AbortSignal,
): ReplySource {
  return {
    name: targetName(target),
    async replies(asked, { onProgress }) {
      const prompts = asked.map((text) => ({
        ...{ prompt: text.prompt, name: promptName(text) },
        seed: deriveSeed(SEED, ...text.purpose),
      }));
      const params = { target, prompts, sampling };
      const texts = await client.call("write", params, {
        signal: stop,
        onProgress: ({ done, total }) => onProgress?.(done, total),
      });
      return texts.map((text) => ({ text, problem: null }));
    },
  };
}

/** Loads the encoder that a study's settings name. */
export async function deviceEncoder(
  client: Client<StudyContract>,
  { encoder, encoderHost }: EncoderChoice,
  stop: AbortSignal,
): Promise<Encoder> {
  const choice = { encoder, encoderHost };
  const { name, revision } = await client.call("embed", { choice, texts: [] }, { signal: stop });
  return {
    ...{ name, revision },
    async embed(texts) {
      return (await client.call("embed", { choice, texts }, { signal: stop })).vectors;
    },
  };
}
