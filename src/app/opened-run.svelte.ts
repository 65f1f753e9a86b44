/** The run that a page's address names. */
import { untrack } from "svelte";
import type { StudyRun } from "./study-run.svelte";
import type { StudyState } from "./study.svelte";

export interface OpenedRun {
  /** Null while it is read, and where it is not here. */
  readonly run: StudyRun | null;
  /** Whether it has been looked for. */
  readonly opened: boolean;
}

/** Opens the run, and another whenever the address changes. Called while a component is set up. */
export function openedRun(study: () => StudyState, runId: () => string): OpenedRun {
  let opened = $state(false);
  $effect(() => {
    const wanted = runId();
    opened = false;
    untrack(
      () =>
        void study()
          .open(wanted)
          .then(() => (opened = true)),
    );
  });
  const run = $derived(study().shown?.id === runId() ? study().shown : null);
  return {
    get run() {
      return run;
    },
    get opened() {
      return opened;
    },
  };
}
