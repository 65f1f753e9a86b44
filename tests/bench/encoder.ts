/** Sentences a second of the built-in encoder: as the study sends them, against one at a time. */
import { loadUseLite } from "../../src/engine/encoder/encoder";
import { useLiteFiles } from "../../src/cli/encoder-files";
import type { Bench } from "./bench";
import { inTurns, ratio, spread, written } from "./rounds";
import { start } from "./start";

const SENTENCES = 64;
const ROUNDS = 3;
const WORDS = "it is not right to lie even when the truth may hurt someone you love".split(" ");

export const encoder: Bench = {
  name: "encoder",
  about: "sentences a second of the built-in encoder, against one at a time",
  quick: false,
  backends: ["wasm"],
  async run(backend) {
    const device = await start(backend);
    const useLite = await loadUseLite(useLiteFiles()); // without the cache, which would know them
    const texts = Array.from({ length: SENTENCES }, (_, i) => [...WORDS, String(i)].join(" "));
    const times = await inTurns(ROUNDS, {
      together: () => useLite.embed(texts),
      apart: async () => {
        for (const text of texts) await useLite.embed([text]);
      },
    });
    const faster = ratio(times.apart, times.together);
    const perSecond = spread(times.together.map((ms) => (1000 * SENTENCES) / ms));
    return {
      figures: { sentencesPerSecond: perSecond, ratio: faster },
      lines: [
        `${SENTENCES} sentences of ${WORDS.length + 1} words on ${device}: ${written(perSecond)} a second`,
        `ratio ${written(faster)} ×`,
      ],
    };
  },
};
