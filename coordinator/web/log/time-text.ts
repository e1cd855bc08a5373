/** Times beside the lines: of day where the reader is, or since the log began. */
const pad = (n: number) => String(n).padStart(2, '0');

export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
}

export function timeSince(at: number, start: number): string {
  const seconds = Math.max(0, Math.floor((at - start) / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `+${h}:${pad(m)}:${pad(s)}` : `+${m}:${pad(s)}`;
}
