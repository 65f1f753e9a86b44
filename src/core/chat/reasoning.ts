/** A reply without the reasoning that some models write first, in <think> tags: empty where the reply ends within it. */
export function withoutReasoning(reply: string): string {
  return reply.replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/, "");
}
