/** How long something is kept, and how people are told that it is gone. */
import * as z from 'zod';
import type { Instant } from './ids.ts';
import { limits } from './limits.ts';

/** Days; null: for ever. */
export type Kept = number | null;

/** As people write it: "90d", or "never" for what is never removed. */
export const keptFor = z
  .string({ error: 'expected days such as 90d, or never' })
  .regex(/^(?:never|\d{1,6}d)$/, 'expected days such as 90d, or never')
  .transform((text): Kept => (text === 'never' ? null : Number(text.slice(0, -1))))
  .refine(
    kept => kept === null || (kept >= 1 && kept <= limits.retentionDays),
    `expected 1d to ${limits.retentionDays}d, or never`,
  );

export type RemovedKind = 'log' | 'artifact';

const dayMs = 86_400_000;

const namesOf: Record<RemovedKind, string> = { log: 'logs', artifact: 'artifacts' };

/** "2026-11-30", as the calendar of the world has it. */
export const dateText = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** "removed on 2026-11-30, logs are kept 90 days"; before its time it went to make room. */
export function removedText(
  kind: RemovedKind,
  { removedAt, bornAt, kept }: { removedAt: Instant; bornAt: Instant; kept: Kept },
): string {
  const names = namesOf[kind];
  const isEarly = kept === null || removedAt - bornAt < kept * dayMs;
  const rule = kept === null ? `${names} are kept for ever` : `${names} are kept ${keptText(kept)}`;
  return isEarly
    ? `removed on ${dateText(removedAt)} to make room or by another rule than today's, by which ${rule}`
    : `removed on ${dateText(removedAt)}, ${rule}`;
}

export const keptText = (kept: Kept): string =>
  kept === null ? 'for ever' : kept === 1 ? '1 day' : `${kept} days`;

/** What became before this is old; null: nothing is. */
export const oldBefore = (kept: Kept, now: Instant): Instant | null =>
  kept === null ? null : now - kept * dayMs;
