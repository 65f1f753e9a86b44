import { afterEach, expect, test, vi } from "vitest";
import { keepAwake } from "./wake-lock";

afterEach(() => vi.unstubAllGlobals());

/** A page with a browser's wake lock, of which every call is written down. */
function page(visible = true) {
  const told: string[] = [];
  const document = Object.assign(new EventTarget(), {
    visibilityState: visible ? "visible" : "hidden",
  });
  const request = async (kind: string) => {
    told.push(`request ${kind}`);
    return { release: async () => void told.push("release") };
  };
  vi.stubGlobal("document", document);
  vi.stubGlobal("navigator", { wakeLock: { request } });
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const show = async () => {
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
  };
  return { told, settled, show };
}

test("the screen is held from the start of a run and let go at its end", async () => {
  const { told, settled, show } = page();
  const letGo = keepAwake();
  await settled();
  expect(told).toEqual(["request screen"]);
  letGo();
  expect(told).toEqual(["request screen", "release"]);
  await show();
  expect(told).toHaveLength(2); // nothing is asked for once it is over
});

test("a page that comes back into view asks again, and one that is hidden does not ask", async () => {
  const { told, settled, show } = page(false);
  const letGo = keepAwake();
  await settled();
  expect(told).toEqual([]);
  await show();
  expect(told).toEqual(["request screen"]);
  letGo();
});

test("a lock that comes after the end is let go at once", async () => {
  const { told, settled } = page();
  keepAwake()();
  await settled();
  expect(told).toEqual(["request screen", "release"]);
});

test("where there is no lock, or the browser refuses it, nothing happens", async () => {
  page();
  vi.stubGlobal("navigator", {});
  expect(keepAwake()()).toBeUndefined();
  const refuses = () => Promise.reject(new DOMException("battery low", "NotAllowedError"));
  vi.stubGlobal("navigator", { wakeLock: { request: refuses } });
  const letGo = keepAwake();
  await new Promise((resolve) => setTimeout(resolve));
  expect(letGo()).toBeUndefined();
});
