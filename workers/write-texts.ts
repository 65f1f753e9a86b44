/** What a model goes on with after prompts, block by block. */
import { PROMPTS_AT_ONCE } from "../src/core/chat/reply-source";
import { chunks } from "../src/core/chunks";
import type { Sampling } from "../src/core/study/config";
import type { Hooks } from "../src/core/study/hooks";
import type { Policy } from "../src/core/study/ports";
import type { NamedPrompt } from "../src/protocol/study";

/**
 * A text to each prompt, in order.
 * @throws RangeError naming a prompt that is too long for the model, before any is asked.
 */
export async function writeTexts(
  policy: Pick<Policy, "generate" | "checkPrompt">,
  prompts: readonly NamedPrompt[],
  sampling: Sampling,
  { signal, onProgress }: Hooks,
): Promise<readonly string[]> {
  for (const { prompt, name } of prompts) policy.checkPrompt(prompt, sampling, name);
  const texts: string[] = [];
  for (const block of chunks(prompts, PROMPTS_AT_ONCE)) {
    const before = texts.length;
    const hooks = {
      signal,
      onProgress: (done: number) => onProgress?.(before + done, prompts.length),
    };
    texts.push(...(await policy.generate(block, sampling, hooks)));
    onProgress?.(texts.length, prompts.length);
  }
  return texts;
}
