/** A coordinator that restarts is not an error to whoever watches: it is asked again for a while. */
import { limits } from '#shared/limits.ts';
import { CliError } from '../errors.ts';
import { texts } from '../texts.ts';
import { pause } from './pause.ts';

export type Patience = {
  signal: AbortSignal;
  /** Once per outage, with what is wrong. */
  onSilence(error: CliError): void;
};

/** Several questions notice the same outage; it is said once. */
export function sayingOnce(say: (text: string) => void): Patience['onSilence'] {
  let saidAt = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    const now = performance.now();
    if (now - saidAt > limits.cliRefreshMs) say(texts.silence(message));
    saidAt = now;
  };
}

/** Counts the silence of one connection. */
export function createPatience({ signal, onSilence }: Patience) {
  let silentSince: number | null = null;
  return {
    /** Ends an outage. */
    heard(): void {
      silentSince = null;
    },
    /** Waits a moment after a failure that may pass; throws one that may not, or that has lasted too long. */
    async bear(error: unknown): Promise<void> {
      if (!(error instanceof CliError) || error.code !== 'unreachable') throw error;
      if (silentSince === null) onSilence(error);
      silentSince ??= performance.now();
      if (performance.now() - silentSince > limits.cliPatienceMs) throw error;
      await pause(limits.cliRetryMs, signal);
    },
  };
}

/** The answer to a question that may be repeated; null when the signal aborts before there is one. */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  patience: Patience,
): Promise<Answer | null> {
  const { bear } = createPatience(patience);
  while (!patience.signal.aborted)
    try {
      return await ask();
    } catch (error) {
      await bear(error);
    }
  return null;
}
