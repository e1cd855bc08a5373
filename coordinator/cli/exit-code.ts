import type { Standing } from '#shared/api.ts';

/** What a shell is told: the same three numbers for every verb. Documented in `paddock --help`. */
export const exitCodes = { ok: 0, failed: 1, other: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Only the suite's own verdict is 0 or 1: a run that nobody could judge must not look like a red one, nor like a green one. */
export function exitCodeFor(standing: Standing): ExitCode {
  if (standing === 'passed') return exitCodes.ok;
  return standing === 'failed' || standing === 'timed-out' ? exitCodes.failed : exitCodes.other;
}
