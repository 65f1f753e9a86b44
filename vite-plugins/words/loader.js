/* global document, navigator */
/** Copied into the build's cache: gives each module its part of the catalogue in the reader's language. */
import toRuntime from "wuchale/runtime";
import { locales } from "${DATA}";

/** The first of the browser's languages that there is a catalogue of; English where there is none. */
const locale =
  navigator.languages
    .flatMap((tag) => [tag, tag.split("-")[0]])
    .find((tag) => locales.includes(tag)) ?? "en";
document.documentElement.lang = locale;

const runtimes = new WeakMap();

export function getRuntime(catalogues) {
  let runtime = runtimes.get(catalogues);
  if (!runtime) runtimes.set(catalogues, (runtime = toRuntime(catalogues[locale], locale)));
  return runtime;
}
export const getRuntimeRx = getRuntime;
