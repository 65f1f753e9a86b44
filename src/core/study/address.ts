/** Settings that are addresses. They are stored, exported and put in reports, so none may hold a password. */
export const ADDRESSES: ReadonlySet<string> = new Set(["baseUrl", "encoderHost", "targetHost"]);

export const PASSWORD_REFUSED =
  "An address must not hold a name or a password (what stands before the @): it would be stored and exported. Take it out, and use the key field";

/** Whether an address has a part before an @, as in "https://user:password@host": backslashes count as slashes there. */
export function holdsPassword(address: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:[/\\]*[^/\\?#]*@/i.test(address);
}

/** For JSON.stringify and JSON.parse: leaves such addresses out. */
export function leaveOutPasswords(key: string, value: unknown): unknown {
  const isSecret = ADDRESSES.has(key) && typeof value === "string" && holdsPassword(value);
  return isSecret ? undefined : value;
}
