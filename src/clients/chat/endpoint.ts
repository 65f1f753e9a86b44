/** An address as a user types it, as the client library takes it. */

export interface Endpoint {
  readonly baseURL: string;
  readonly defaultQuery: Readonly<Record<string, string>>;
  readonly defaultHeaders: Readonly<Record<string, string>>;
}

/** Hosts where Azure serves models. Its older addresses take the key in a header of their own. */
const AZURE = /\.(openai|cognitiveservices|services\.ai)\.azure\.com$/i;

export const isAzure = ({ hostname }: URL) => AZURE.test(hostname);

/**
 * What stands behind a "?" (Azure's `api-version`) goes with each request instead of into its path.
 * @param apiKey  repeated in the header that Azure reads, at Azure's hosts alone.
 */
export function endpointOf(baseUrl: string, apiKey: string | null): Endpoint {
  const url = new URL(baseUrl.trim());
  return {
    baseURL: url.origin + url.pathname.replace(/\/+$/, ""),
    defaultQuery: Object.fromEntries(url.searchParams),
    defaultHeaders: apiKey !== null && isAzure(url) ? { "api-key": apiKey } : {},
  };
}
