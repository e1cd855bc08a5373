import { done, type RunView } from '#shared/api.ts';
import { CliError } from './errors.ts';
import type { Interrupts } from './interrupts.ts';
import type { RunHost } from './run-host.ts';
import { texts } from './texts.ts';

/**
 * The first Ctrl-C cancels the run, once.
 * @returns to be called when the run is not watched any more: waits for a cancellation under way
 */
export function cancelOnInterrupt(
  { client, isForOccasion }: RunHost,
  { id }: RunView,
  { first }: Interrupts,
  note: (text: string) => void,
): () => Promise<void> {
  let cancelled: Promise<unknown> = Promise.resolve();
  const cancel = () => {
    note(texts.cancelling(isForOccasion));
    cancelled = client.post(`/api/v1/runs/${id}/cancel`, done).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      // A run that is over already refuses; the verdict says so anyway.
      if (error.code !== 'refused') note(error.message);
    });
  };
  if (first.aborted) cancel();
  else first.addEventListener('abort', cancel, { once: true });
  return async () => {
    first.removeEventListener('abort', cancel);
    await cancelled;
  };
}
