/** All keys [runId, …]: in IndexedDB's order an array lies above every number and text, and a longer one above a shorter. */
export function rowsOfRun(runId: string): IDBKeyRange {
  return IDBKeyRange.bound([runId], [runId, []]);
}
