import { InputError } from "./input-error";

/** @throws InputError for a file of a format's version that this program does not know yet. */
export function refuseNewer(file: string, version: number, known: number): void {
  if (version <= known) return;
  const problem = `its version is ${version}, newer than this program's ${known}`;
  throw new InputError({ file }, problem, "Reload the page to get the newest program.");
}
