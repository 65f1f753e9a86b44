/** Which addresses a script or worker may come from, where the browser asks (Trusted Types): this page's own folder. */

/** What TypeScript's DOM does not know yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string | null },
  ): unknown;
}

/**
 * Installs the page's default policy. It lets no text become markup or script, so such a use throws.
 * @param base  address of the page.
 */
export function trustOwnScripts(base: string): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const folder = new URL(".", base).href;
  trustedTypes?.createPolicy("default", {
    createScriptURL: (address) => (new URL(address, base).href.startsWith(folder) ? address : null),
  });
}
