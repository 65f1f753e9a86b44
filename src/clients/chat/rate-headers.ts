/** What servers say about how much they take, in the headers of OpenAI-compatible APIs. A page may be shown none of them (CORS). */

export type HeadersLike = Pick<Headers, "get">;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** "6m0s", "120ms", "1.5s" or a plain number of seconds, in ms; null for anything else. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(trimmed)) return null;
  const parts = trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit!]!, 0);
}

/**
 * How long the server asks to wait before the next request, in ms: `retry-after-ms`, else `retry-after` in seconds or as
 * a date. Null where it does not say.
 */
export function retryAfter(headers: HeadersLike, now: number): number | null {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const said = headers.get("retry-after")?.trim() ?? "";
  if (said === "") return null;
  if (/^\d+(\.\d+)?$/.test(said)) return Number(said) * 1000;
  const date = Date.parse(said);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Whether the server says itself that a retry helps, or does not; null where it is silent. */
export function shouldRetry(headers: HeadersLike): boolean | null {
  const said = headers.get("x-should-retry");
  return said === "true" ? true : said === "false" ? false : null;
}

/**
 * How long until the server takes another request of so many tokens, by `x-ratelimit-remaining-*` and
 * `x-ratelimit-reset-*`, in ms; 0 where there is room, or the headers are not to be seen.
 */
export function msUntilRoom(headers: HeadersLike, tokens: number): number {
  const wait = (what: "requests" | "tokens", needed: number) => {
    const remaining = Number.parseFloat(headers.get(`x-ratelimit-remaining-${what}`) ?? "");
    const reset = headers.get(`x-ratelimit-reset-${what}`);
    if (!Number.isFinite(remaining) || remaining >= needed || reset === null) return 0;
    return parseDuration(reset) ?? 0;
  };
  return Math.max(wait("requests", 1), wait("tokens", tokens));
}
