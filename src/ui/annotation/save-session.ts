import type { TasksState } from "../../app/tasks.svelte";
import type { Rater } from "../../core/annotation/session-file";
import type { LabelTask } from "../../core/annotation/task";
import { saveFile } from "../controls/save-file";

/** "Everyday ethics: pilot" → "everyday-ethics-pilot". */
export function fileStem(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join("-").slice(0, 60) || "labels";
}

/** Hands the rater their session as a file. */
export async function saveSession(tasks: TasksState, task: LabelTask, rater: Rater): Promise<void> {
  const text = await tasks.exportSession(task, rater);
  saveFile(`${fileStem(task.title)}-${fileStem(rater.name)}.json`, "application/json", text);
}
