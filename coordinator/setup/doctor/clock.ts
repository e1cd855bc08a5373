import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import { bad, good, warning } from './finding.ts';

/** Paddock did not exist before. */
const oldest = Date.UTC(2026, 0, 1);

export type ClockFacts = {
  /** The wall clock now, in epoch ms. */
  wall: number;
  /** How far it and the monotonic clock have moved apart since this process started, in ms. */
  drift: number;
  /** When the database was last written, by the wall clock of then. */
  lastWrite: number | null;
};

/** Without asking anybody on the network. Credentials and signatures hold by the clock. */
export async function examineClock(dataDir: string | null): Promise<Finding> {
  const file = dataDir === null ? null : await stat(path.join(dataDir, 'paddock.db')).catch(() => null);
  const drift = Date.now() - (performance.timeOrigin + performance.now());
  return clockFinding({ wall: Date.now(), drift, lastWrite: file?.mtimeMs ?? null });
}

export function clockFinding({ wall, drift, lastWrite }: ClockFacts): Finding {
  const about = 'clock';
  const now = new Date(wall).toISOString().replace('T', ' ').slice(0, 16);
  if (wall < oldest)
    return bad(about, `it says ${now}, which is past`, 'set the clock, and keep it right by NTP');
  if (lastWrite !== null && lastWrite > wall + limits.clockDriftMs)
    return warning(
      about,
      `it went back: the database was written in what is now the future`,
      'keep the clock right by NTP',
    );
  if (Math.abs(drift) > limits.clockDriftMs)
    return warning(
      about,
      `it was set by ${Math.round(drift / 1_000)} s a moment ago`,
      'keep the clock right by NTP',
    );
  return good(about, `${now} UTC`);
}
