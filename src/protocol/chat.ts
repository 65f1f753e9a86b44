/** What the worker that asks chat APIs can be asked; workers/chat.ts answers. */
export type ChatContract = {
  complete: {
    params: { config: ChatRequestConfig; apiKey: string | null; prompt: string };
    progress: never;
    result: string;
  };
};

/** As ChatApiConfig of clients/chat-api. */
export interface ChatRequestConfig {
  readonly baseUrl: string;
  readonly model: string;
  readonly temperature: number;
  /** Longest reply, in tokens of the API. */
  readonly maxTokens: number;
}
