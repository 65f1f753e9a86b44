/** Requests on the way at the same time: polite to a small server, quick enough for a large one. */
const CONCURRENCY = 4;

/**
 * Works through a list in its order, a few at a time. The first failure stops the rest: it aborts `stop`, and is
 * thrown when all that was on the way has ended.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  stop: AbortController,
  work: (item: Item, place: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const worker = async () => {
    while (next < items.length && !stop.signal.aborted) {
      const place = next++;
      try {
        await work(items[place]!, place);
      } catch (error) {
        failures.push(error);
        stop.abort(); // the other requests on the way are of no use now
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  stop.signal.throwIfAborted();
}
