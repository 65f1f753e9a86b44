import type { Encoder } from "./encoder";

/**
 * The same encoder, embedding each distinct text once. Answers repeat within a question and between a run and its
 * evaluation, and encoding dominates scoring. Texts that a failed or cancelled call asked for are asked for again.
 *
 * Progress counts the texts that are new to the cache; a call without any reports none.
 * Memory: one vector a distinct text, 2 KB at 512 dimensions, for as long as the returned encoder lives.
 * Calls running at the same time may each embed a text that both need.
 */
export function cached(encoder: Encoder): Encoder {
  const vectors = new Map<string, Float32Array>();
  return {
    name: encoder.name,
    revision: encoder.revision,
    async embed(texts, options) {
      const missing = [...new Set(texts)].filter((text) => !vectors.has(text));
      if (missing.length > 0) {
        const embedded = await encoder.embed(missing, options);
        missing.forEach((text, i) => vectors.set(text, embedded[i]!));
      }
      return texts.map((text) => vectors.get(text)!);
    },
  };
}
