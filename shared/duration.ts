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

/** Milliseconds as people read them: 950 → "0.9 s", 102000 → "1:42", 3723000 → "1:02:03". */
export function durationText(ms: number): string {
  const tenths = Math.floor(ms / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const pad = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** A byte count as people read it: 16200000 → "16.2 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  // The unit is chosen by what would be printed: 999950 is "1.0 MB", not "1000.0 kB".
  const [unit, size] = bytes < 999_950 ? ['kB', 1e3] : bytes < 999_950_000 ? ['MB', 1e6] : ['GB', 1e9];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

/** How far a download is, in brackets: " (1.2 of 3.4 GB)"; of one that has hardly begun, nothing. */
export function progressText(download: { bytes: number; totalBytes: number | null } | null): string {
  if (download === null) return '';
  const { bytes, totalBytes } = download;
  if (totalBytes === null) return bytes === 0 ? '' : ` (${bytesText(bytes)} so far)`;
  return ` (${bytesText(bytes)} of ${bytesText(totalBytes)})`;
}
