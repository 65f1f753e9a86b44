import { BUILT_IN_FILES, readBuiltIn } from "../core/corpus/built-in";
import type { Corpus } from "../core/corpus/corpus";

export interface BuiltIn {
  readonly id: string;
  readonly corpus: Corpus;
}

/**
 * Reads the corpora that come with the app.
 * @param base  address that demo/ lies beside.
 * @throws Error naming the address that gave none.
 */
export async function fetchBuiltIn(base: string): Promise<BuiltIn[]> {
  return Promise.all(
    Object.entries(BUILT_IN_FILES).map(async ([id, file]) => {
      const address = new URL(`demo/${file}`, base).href;
      const response = await fetch(address);
      if (!response.ok) {
        throw new Error(`${address} answered ${response.status}; reload the page to try again`);
      }
      return { id, corpus: readBuiltIn(id, await response.text()) };
    }),
  );
}
