/** Reads files of corpora and stores what they hold, all of it away from the page's thread. */
import { blobSource, fetchFile } from "../src/clients/import-source";
import { exportOriginal } from "../src/core/import/export";
import { type Imported, readImport } from "../src/core/import/import";
import type { ImportContract, ImportFrom, ReadProgress } from "../src/protocol/import";
import type { CallContext, Handlers } from "../src/protocol/rpc";
import { getCorpus, putCorpus } from "../src/storage/corpora";
import type { Database } from "../src/storage/db";

const SHOWN = 20;
/** Questions at a time: copying so many takes the page a few milliseconds. */
const SLICE = 250;
const TICK_MS = 100;

interface File {
  readonly blob: Blob;
  readonly name: string;
}

/** @param open  gives a connection that is closed again after each use. */
export function importHandlers(open: () => Promise<Database>): Handlers<ImportContract> {
  let file: File | null = null;
  let last: Imported | null = null;

  async function fileOf(from: ImportFrom, { signal, progress }: CallContext<ReadProgress>) {
    if (from.kind === "blob") return { blob: from.blob, name: from.name };
    if (from.kind === "address") {
      const onBytes = paced((bytes: number, total: number | null) =>
        progress({ part: "fetch", bytes, total, records: 0 }),
      );
      return fetchFile(from.address, { signal, onBytes });
    }
    if (!file) throw new RangeError("no file was read yet; choose one");
    return file;
  }

  return {
    async read({ from, as, roles }, context) {
      const { signal, progress } = context;
      last = null;
      file = await fileOf(from, context);
      const { blob, name } = file;
      let [bytes, records] = [0, 0];
      const tell = paced(() => progress({ part: "read", bytes, total: blob.size, records }));
      const source = blobSource(blob, name, (done) => {
        bytes = done;
        tell();
      });
      const onProgress = (count: number) => {
        records = count;
        tell();
      };
      const { corpus, ...rest } = await readImport(source, { as, roles, signal, onProgress });
      last = { corpus, ...rest };
      const { fingerprint } = corpus.origin!;
      return { ...rest, file: name, questions: corpus.questions.slice(0, SHOWN), fingerprint };
    },

    async store({ id, importedAt }, { progress }) {
      if (!file || !last) throw new RangeError("no file was read yet; choose one");
      const { corpus } = last;
      const db = await open();
      try {
        await putCorpus(db, { id, importedAt, source: file.name, corpus });
      } finally {
        db.close();
      }
      for (let from = 0; from < corpus.questions.length; from += SLICE) {
        progress(corpus.questions.slice(from, from + SLICE));
        await new Promise((done) => setTimeout(done, 4)); // the page draws in between
      }
      last = null;
      const { name, recordedModel, origin } = corpus;
      return { name, recordedModel, origin: origin! };
    },

    async exportOriginal({ id }) {
      const db = await open();
      try {
        const stored = await getCorpus(db, id);
        if (!stored) throw new RangeError("the corpus is not here any more; reload the page");
        return exportOriginal(stored.corpus);
      } finally {
        db.close();
      }
    },
  };
}

/** At most 10 times a second. */
function paced<Args extends unknown[]>(tell: (...args: Args) => void): (...args: Args) => void {
  let due = 0;
  return (...args) => {
    const now = performance.now();
    if (now < due) return;
    due = now + TICK_MS;
    tell(...args);
  };
}
