/** Quantities as people read them. Apart from the schemas of what people write: a guest that starts builds none of those. */

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
