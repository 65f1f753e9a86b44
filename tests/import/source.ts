/** Files for tests of the import, in parts as a stream gives them. */
import type { ImportSource } from "../../src/core/import/import";

export function sourceOf(
  name: string,
  content: string | Uint8Array,
  size = 64 * 1024,
): ImportSource {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    async *text() {
      const text =
        typeof content === "string" ? content : new TextDecoder("latin1").decode(content);
      for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
    },
    bytes: async () => new Uint8Array(bytes).buffer,
  };
}
