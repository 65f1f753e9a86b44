/** Brings models into the browser, from a hub or from files of this computer, and keeps them there. */
import { downloadModel, readConfig } from "../src/clients/hub/download";
import { type HubListing, listModel } from "../src/clients/hub/listing";
import { bytesOf } from "../src/core/models/origin";
import { hubTarget, parseRepository } from "../src/core/models/target";
import { wantedFiles } from "../src/core/models/wanted";
import type { FoundModel, HubPlace, ModelsContract } from "../src/protocol/models";
import { serve } from "../src/protocol/rpc";
import { type Database, openDatabase } from "../src/storage/db";
import { modelFolder, removeModelFolder } from "../src/storage/model-files";
import { type ModelRow, deleteModel, getModel, putModel } from "../src/storage/models";
import { StorageFullError } from "../src/storage/storage-full";
import { seldom } from "./seldom";
import { takeAdapter } from "./take-adapter";
import { takeFiles } from "./take-files";

// The DOM's types take `self` for a window.
const scope = self as unknown as Pick<Worker, "addEventListener" | "postMessage">;

serve<ModelsContract>(scope, {
  async look(place, { signal }) {
    return (await find(place, signal)).found;
  },

  async download(place, { signal, progress }) {
    const { found, listing, config } = await find(place, signal);
    const { id, name, kind, host, bytes } = found;
    const row: ModelRow = { id, name, kind, host, bytes, config, origin: null, at: Date.now() };
    return withDatabase(async (db) => {
      if ((await getModel(db, id))?.origin) return { id };
      await requireRoom(bytes);
      await putModel(db, row); // so that what has come so far is known, should it break off
      const report = seldom(progress);
      const files = await downloadModel(listing, modelFolder(id), {
        signal,
        onProgress: (now) => report(now, now.allDone === now.allTotal),
      });
      const origin = { source: new URL(name, `${host}/`).href, revision: found.commit, files };
      await putModel(db, { ...row, bytes: bytesOf(origin), origin });
      return { id };
    });
  },

  async take({ name, files }, { signal, progress }) {
    const report = seldom(progress);
    return withDatabase((db) =>
      takeFiles(db, name, files, {
        signal,
        onProgress: (now) => report(now, now.allDone === now.allTotal),
        requireRoom,
      }),
    );
  },

  async takeAdapter(adapter) {
    return withDatabase((db) => takeAdapter(db, adapter, requireRoom));
  },

  async remove({ id }) {
    await withDatabase((db) => deleteModel(db, id));
    await removeModelFolder(id);
    return null;
  },
});

interface Found {
  readonly found: FoundModel;
  readonly listing: HubListing;
  /** The text of config.json. */
  readonly config: string;
}

async function find({ repository, host }: HubPlace, signal: AbortSignal): Promise<Found> {
  const listing = await listModel(parseRepository(repository), host, { signal });
  const config = await readConfig(listing, { signal });
  const { kind, model, expected } = wantedFiles(
    new Set(listing.files.keys()),
    config,
    listing.place,
  );
  const files = expected.map((name) => ({ name, bytes: listing.files.get(name)!.bytes }));
  const { name, commit } = listing;
  const id = hubTarget(name, commit);
  const found = { id, name, kind, host, commit, files, bytes: bytesOf({ files }), model };
  return { found, listing, config };
}

async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase();
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** Where the browser knows already that it will not do. What it promises need not hold: writing may still fail. */
async function requireRoom(bytes: number): Promise<void> {
  const { usage = 0, quota = Infinity } = await navigator.storage.estimate();
  if (usage + bytes > quota) throw new StorageFullError(bytes);
}
