/** Times as they are read: short and relative, with the exact one beside. All functions are pure. */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago: "now", "4 min", "3 h", "12 d"; older than that is a date. */
export function ageText(at: number, now: number): string {
  const ms = now - at;
  if (ms < minute) return 'now';
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h`;
  return ms < 30 * day ? `${Math.floor(ms / day)} d` : new Date(at).toISOString().slice(0, 10);
}

/** How long until then: "less than a minute", "4 min", "3 h", "12 d"; null: it is over. */
export function leftText(until: number, now: number): string | null {
  const ms = until - now;
  if (ms <= 0) return null;
  if (ms < minute) return 'less than a minute';
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  return ms < 2 * day ? `${Math.floor(ms / hour)} h` : `${Math.floor(ms / day)} d`;
}

/** "2026-11-25 16:43:01 UTC" */
export const exactText = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
