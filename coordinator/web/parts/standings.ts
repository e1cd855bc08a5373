/** What a standing means for a page. Pure. */
import type { Standing } from '#shared/api.ts';

const underWay = new Set<Standing>(['preparing', 'blocked', 'queued', 'running']);

export const isUnderWay = (standing: Standing): boolean => underWay.has(standing);

/** The author's to mend. */
export const isTheirs = (standing: Standing): boolean =>
  standing === 'failed' || standing === 'timed-out' || standing === 'refused';

/** The four states of the mark in the browser's tab. */
export type Mark = 'idle' | 'running' | 'passed' | 'failed';

export function markOf(standing: Standing | null): Mark {
  if (standing === 'running' || standing === 'passed') return standing;
  return standing !== null && isTheirs(standing) ? 'failed' : 'idle';
}
