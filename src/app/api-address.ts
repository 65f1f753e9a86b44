import { holdsPassword } from "../core/study/address";

/** What a key is for: origin and path, without a slash at the end. Null for what is no address to send one to. */
export function apiOf(address: string): string | null {
  if (!URL.canParse(address.trim()) || holdsPassword(address)) return null;
  const { protocol, origin, pathname } = new URL(address.trim());
  return /^https?:$/.test(protocol) ? origin + pathname.replace(/\/+$/, "") : null;
}
