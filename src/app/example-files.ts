/** Fetches a file of the recorded example. @param base  address that example/ lies beside. @throws Error naming the address. */
export async function fetchExample(base: string, file: string): Promise<Response> {
  const address = new URL(`example/${file}`, base).href;
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}; reload the page`);
  return response;
}
