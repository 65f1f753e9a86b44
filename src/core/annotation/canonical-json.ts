/**
 * JSON with one text for one value: keys in order of code units, no blanks. What is hashed is written so.
 *
 * @throws RangeError for what JSON cannot hold: a number that is not finite, undefined in a list, a function.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`JSON cannot hold ${value}; use null`);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join()}}`;
  }
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new RangeError(`JSON cannot hold ${typeof value}`);
  return text;
}
