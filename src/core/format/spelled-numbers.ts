const NUMBER = "$number";

/** A value for JSON: what JSON has no number for (NaN, ±∞: a step that diverged) becomes {"$number": …}. */
export function spellNumbers(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isFinite(value) ? value : { [NUMBER]: String(value) };
  if (Array.isArray(value)) return value.map(spellNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, spellNumbers(inner)]),
  );
}

/** The reviver of JSON.parse for what `spellNumbers` wrote. */
export function readSpelled(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, NUMBER)) return value;
  const text = String((value as Record<string, unknown>)[NUMBER]);
  return ["NaN", "Infinity", "-Infinity"].includes(text) ? Number(text) : value;
}
