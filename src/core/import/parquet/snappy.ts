import { Cursor } from "./cursor";

/**
 * Undoes Snappy. Source: https://github.com/google/snappy/blob/main/format_description.txt
 * @param size  bytes that must come out.
 * @throws RangeError for anything else than exactly these.
 */
export function undoSnappy(bytes: Uint8Array, size: number): Uint8Array {
  const input = new Cursor(bytes);
  if (input.count() !== size) throw new RangeError("its compressed size differs from its header’s");
  const output = new Uint8Array(size);
  let end = 0;
  while (input.left > 0) {
    const tag = input.byte();
    const upper = tag >> 2;
    switch (tag & 3) {
      case 0: {
        const length = 1 + (upper < 60 ? upper : input.little(upper - 59));
        if (length > size - end) throw tooLong();
        output.set(input.take(length), end);
        end += length;
        break;
      }
      case 1:
        end = copy(output, end, 4 + (upper & 7), ((upper >> 3) << 8) + input.byte());
        break;
      case 2:
        end = copy(output, end, 1 + upper, input.little(2));
        break;
      default:
        end = copy(output, end, 1 + upper, input.little(4));
    }
  }
  if (end !== size) throw new RangeError("its compressed data end too early");
  return output;
}

/** Repeats what lies `offset` bytes back; it may overlap what it writes. @returns the new end. */
function copy(output: Uint8Array, end: number, length: number, offset: number): number {
  if (length > output.length - end) throw tooLong();
  if (offset === 0 || offset > end) throw new RangeError("its compressed data copy from nowhere");
  for (let i = end; i < end + length; i++) output[i] = output[i - offset]!;
  return end + length;
}

const tooLong = () => new RangeError("its compressed data are longer than their header says");
