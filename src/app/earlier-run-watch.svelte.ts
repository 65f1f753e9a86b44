import type { EarlierRunHere } from "./earlier-run";
import type { Steadfast } from "./steadfast.svelte";

/** The earlier run of a target, for a component that is being made: read anew when the target or the app's studies change. */
export class EarlierRunWatch {
  found = $state.raw<EarlierRunHere | null>(null);
  /** What `found` is of. */
  #target: string | null = null;

  constructor(app: Pick<Steadfast, "earlierRun" | "study">, target: () => string | null) {
    $effect(() => {
      void app.study.live; // a study that ends tells more
      const wanted = target();
      if (wanted !== this.#target) this.found = null;
      this.#target = wanted;
      if (wanted === null) return;
      let current = true;
      void app.earlierRun(wanted).then((found) => {
        if (current) this.found = found;
      });
      return () => (current = false);
    });
  }
}
