/** The webhook payloads that GitHub's own tool authors publish: 58 events, 329 examples. */
import definitions from '@octokit/webhooks-examples/api.github.com/index.json' with { type: 'json' };

type Definition = { name: string; examples: Record<string, unknown>[] };

export type Example = { event: string; action: string; payload: Record<string, unknown> };

export const officialExamples: Example[] = (definitions as Definition[]).flatMap(({ name, examples }) =>
  examples.map(payload => ({ event: name, action: String(payload.action ?? ''), payload })),
);

/** A copy of the first example that fits, to be changed by a test. */
export function exampleOf(event: string, action = ''): Record<string, unknown> {
  const found = officialExamples.find(example => example.event === event && example.action === action);
  if (!found) throw new Error(`there is no example of ${event} ${action}`);
  return structuredClone(found.payload);
}
