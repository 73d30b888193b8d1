/** Sampled responses as a generate stage stores them. Apart from the stage, so that who reads them needs no engine. */
import { z } from 'zod';
import type { Bytes } from '../storage/records';
import { jsonFile, parseJsonFile } from './canonical-json';

const responsesFile = 'responses.json';

const promptResponsesSchema = z.object({
  id: z.string(),
  text: z.string(),
  ids: z.array(z.number()),
  responses: z.array(z.object({ text: z.string(), ids: z.array(z.number()), ended: z.boolean() })),
});

/** A prompt with its sampled responses, in sampling order; `ids` are without the end token. */
export type PromptResponses = z.infer<typeof promptResponsesSchema>;

export function responseFiles(responses: PromptResponses[]): Record<string, Bytes> {
  return { [responsesFile]: jsonFile(responses) };
}

/** What `responseFiles` made. */
export function readResponses(files: Record<string, Bytes>): PromptResponses[] {
  const file = files[responsesFile];
  if (!file) throw new Error(`internal: the artifact has no ${responsesFile}`);
  return z.array(promptResponsesSchema).parse(parseJsonFile(file));
}
