/** What the page has stored of its runs, read past it: straight from IndexedDB. */
import type { Page } from "@playwright/test";
import type { StoredReply } from "../../src/core/chat/reply";
import type { StudyReport } from "../../src/core/format/report";
import type { RunRecord } from "../../src/storage/runs";

interface StoredRows {
  readonly runs: RunRecord;
  readonly leases: { readonly name: string; readonly token: string };
  readonly reports: { readonly runId: string; readonly report: StudyReport };
  readonly replies: StoredReply;
  readonly checkpoints: { readonly runId: string; readonly phase: { readonly kind: string } };
  readonly events: {
    readonly runId: string;
    readonly events: readonly {
      readonly kind: string;
      readonly step?: unknown;
      readonly phase?: { readonly kind: string };
    }[];
  };
}

/** Every row of a store. */
export async function rowsOf<Store extends keyof StoredRows>(
  page: Page,
  store: Store,
): Promise<StoredRows[Store][]> {
  const rows = await page.evaluate(
    (store) =>
      new Promise<unknown>((resolve, reject) => {
        const opening = indexedDB.open("steadfast");
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const reading = opening.result.transaction(store).objectStore(store).getAll();
          reading.onerror = () => reject(reading.error!);
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result);
          };
        };
      }),
    store,
  );
  return rows as StoredRows[Store][];
}
