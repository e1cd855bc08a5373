/** Times as people type them: `2026-11-30`, `2026-11-30T12:00:00Z`, or how long ago: `3d`, `12h`, `30m`. */
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** As the API takes it; what is neither is handed on as it is, for the coordinator's schema to refuse. */
export function momentFrom(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text.trim()) ?? [];
  if (!count || !unit) return text.trim();
  return new Date(now - Number(count) * unitMs[unit as keyof typeof unitMs]).toISOString();
}
