import * as z from 'zod';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A duration as people write it ("90s", "10m", "1h", "500ms"), parsed to milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,6}(?:ms|s|m|h)$/, 'expected a duration such as 90s, 10m or 1h')
  .transform(text => {
    const [, digits = '0', unit = 'ms'] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
    return Number(digits) * units[unit as keyof typeof units];
  })
  .refine(ms => ms > 0, 'a duration must be longer than 0')
  // A timer of Node that is asked for more than 31 bits of milliseconds fires at once.
  .refine(ms => ms < 2 ** 31, 'a duration must be shorter than 24 days')
  .meta({ title: 'duration' });
