import type { Corpus } from "../core/corpus/corpus";
import { importDemoQuestions } from "../core/corpus/demo-questions";

export interface BuiltIn {
  readonly id: string;
  readonly corpus: Corpus;
}

const FILES = { demo: "demo_questions.json", "everyday-ethics": "everyday_ethics.json" } as const;
const IMAGINED = "imagined aligned model (recorded)";

/**
 * Reads the corpora that come with the app.
 * @param base  address that demo/ lies beside.
 * @throws Error naming the address that gave none.
 */
export async function fetchBuiltIn(base: string): Promise<BuiltIn[]> {
  return Promise.all(
    Object.entries(FILES).map(async ([id, file]) => {
      const address = new URL(`demo/${file}`, base).href;
      const response = await fetch(address);
      if (!response.ok) {
        throw new Error(`${address} answered ${response.status}; reload the page to try again`);
      }
      const corpus = importDemoQuestions(await response.text(), file, IMAGINED);
      return { id, corpus: { ...corpus, name: id } };
    }),
  );
}
