/** Keeps the device awake while a run goes on: a screen that goes dark stops what the page computes on many devices. */

/**
 * Asks for a wake lock, and again whenever the page comes back into view, as browsers drop it when it leaves.
 * @returns what lets it go. Nothing happens where the browser has no such lock, or refuses it (a low battery).
 */
export function keepAwake(): () => void {
  const { wakeLock } = navigator as Partial<Pick<Navigator, "wakeLock">>;
  if (!wakeLock) return () => {};
  let lock: WakeLockSentinel | null = null;
  let isOver = false;
  const ask = async () => {
    if (document.visibilityState !== "visible" || isOver) return;
    lock = await wakeLock.request("screen").catch(() => null);
    if (isOver) await lock?.release();
  };
  const onShown = () => void ask();
  document.addEventListener("visibilitychange", onShown);
  void ask();
  return () => {
    isOver = true;
    document.removeEventListener("visibilitychange", onShown);
    void lock?.release();
  };
}
