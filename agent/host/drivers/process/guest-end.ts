import type { GuestEnd } from './guest.ts';

/** Why a machine is dead, in a sentence: how its guest ended, and what it said last on its console. */
export function endSentence(end: GuestEnd, console: Uint8Array | null): string {
  const words = lastWords(console);
  return words ? `${howItEnded(end)}; its last words: ${words}` : howItEnded(end);
}

function howItEnded({ exitCode, signal }: GuestEnd): string {
  if (signal) return `its guest agent was ended by ${signal}`;
  if (exitCode === null) return 'its guest agent no longer runs';
  return exitCode === 0
    ? 'its guest agent ended as it was told to'
    : `its guest agent ended with exit code ${exitCode}`;
}

/** A line of the guest agent's own is JSON (its `diagnostics.ts`): people read what happened and why. */
function inWords(line: string): string {
  try {
    const { event, reason, message } = JSON.parse(line) as Record<string, unknown>;
    return [event, reason ?? message].filter(part => typeof part === 'string').join(': ') || line;
  } catch {
    return line; // anything else that was printed on the console, as it is
  }
}

/** The last three lines as one, at most 600 characters. */
function lastWords(console: Uint8Array | null): string {
  const lines = Buffer.from(console ?? [])
    .toString('utf8')
    .split('\n');
  const words = lines
    .map(line => inWords(line.trim()))
    .filter(Boolean)
    .slice(-3)
    .join(' / ');
  return words.length > 600 ? `…${words.slice(-600)}` : words;
}
