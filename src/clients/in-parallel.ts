/**
 * Works through a list in its order, `width` items at a time. After the first failure none is begun; it is thrown when all
 * that was on the way has come, since it may have been paid for. Aborting `stop` ends those too.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  stop: AbortSignal,
  work: (item: Item, place: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const worker = async () => {
    while (next < items.length && failures.length === 0 && !stop.aborted) {
      const place = next++;
      try {
        await work(items[place]!, place);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  stop.throwIfAborted();
}
