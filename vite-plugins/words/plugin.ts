import { Hub } from "wuchale";
import type { Plugin } from "vite";
import { wordsConfig } from "./config.js";

/**
 * Puts look-ups in the catalogue in the place of the words that stand in the sources. A development server shows the words as they
 * stand; with `pseudo` it looks them up too. Not wuchale's own plugin: that one writes the catalogue while it serves.
 */
export function words({ pseudo = false } = {}): Plugin {
  let hub: Hub;
  return {
    name: "steadfast:words",
    enforce: "pre",
    apply: (_, { command }) => command === "build" || pseudo,
    async configResolved({ root }) {
      hub = await Hub.create("build", () => wordsConfig({ known: true, pseudo }), root);
    },
    async transform(code, id) {
      const [output] = await hub.transform(code, id.replace(/\?[tv]=[^&]*$/, ""));
      return output;
    },
  };
}
