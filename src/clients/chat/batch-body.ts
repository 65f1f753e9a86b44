import type { ReadBody } from "../../core/chat/batch";
import { readCompletion } from "../chat-api";
import { MalformedReplyError } from "./failure";

/** Bodies in a batch's results are those that the API itself sends. */
export const readBatchBody: ReadBody = (body) => {
  try {
    return readCompletion(body, null);
  } catch (error) {
    if (error instanceof MalformedReplyError) return null;
    throw error;
  }
};
