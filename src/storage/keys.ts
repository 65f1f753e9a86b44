/** All keys [...first, …]: in IndexedDB's order an array lies above every number and text, and a longer one above a shorter. */
export function rowsUnder(...first: (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound(first, [...first, []]);
}
