/**
 * How hyparquet walks through encoded values, with what it does not ask: whether they fit their page. Each check reads
 * exactly the bytes that hyparquet's decoder will, so that this does work of the order of the page.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
import type { Cursor } from "./cursor";

/**
 * Values in runs, one repeated or many packed by bits (RLE, dictionary indexes, levels), until `count` have come.
 * @param width  bits of a value.
 * @throws RangeError for a run beyond the count or the bytes.
 */
export function walkRuns(input: Cursor, width: number, count: number): void {
  if (width > 32) throw new RangeError(`its values are said to have ${width} bits`);
  let seen = 0;
  while (seen < count) {
    const header = input.count();
    const length = header >> 1;
    if (header % 2 === 0) {
      if (length > count - seen) throw new RangeError("a run in it is longer than its page");
      input.skip((width + 7) >> 3);
      seen += length;
    } else {
      if (length === 0 || width === 0) throw new RangeError("a packed run in it is empty");
      input.skip(length * width); // groups of 8 values; the last may be filled up
      seen += 8 * length;
    }
  }
}

/**
 * Differences packed by bits (DELTA_BINARY_PACKED): blocks of miniblocks.
 * @throws RangeError for blocks that are empty or leave the bytes.
 */
export function walkDeltas(input: Cursor, count: number): void {
  const block = input.count();
  const miniblocks = input.count();
  const each = block / miniblocks;
  if (!(each > 0 && each % 32 === 0))
    throw new RangeError("its blocks of differences are not sound");
  input.count(); // how many values: the page's header says it too
  input.skipNumber();
  for (let seen = 1; seen < count;) {
    input.skipNumber();
    for (const width of input.take(miniblocks)) {
      if (seen >= count) break;
      if (width > 64) throw new RangeError(`its differences are said to have ${width} bits`);
      input.skip((each * width) / 8);
      seen += each;
    }
  }
}
