/** A query string with other values; null takes a name away. */
export function withChanges(
  query: string,
  changes: Readonly<Record<string, string | null>>,
): string {
  const chosen = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) chosen.delete(name);
    else chosen.set(name, value);
  }
  return chosen.toString();
}
