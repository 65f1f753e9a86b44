/** Serves the import of corpora from a thread of its own. The page's policy does not bind it: it fetches the address that was typed. */
import type { ImportContract } from "../src/protocol/import";
import { serve } from "../src/protocol/rpc";
import { openDatabase } from "../src/storage/db";
import { importHandlers } from "./import-handlers";

// The DOM's types take `self` for a window.
serve<ImportContract>(
  self as unknown as Pick<Worker, "addEventListener" | "postMessage">,
  importHandlers(() => openDatabase()),
);
