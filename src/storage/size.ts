/** Bytes that a value takes when it is stored, roughly: texts, numbers and typed arrays, with a little for each field. */
const FIELD = 8;

export function sizeOf(value: unknown): number {
  if (typeof value === "string") return FIELD + value.length;
  if (ArrayBuffer.isView(value)) return FIELD + value.byteLength;
  if (typeof value !== "object" || value === null) return FIELD;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item), FIELD);
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + key.length + sizeOf(inner),
    FIELD,
  );
}
