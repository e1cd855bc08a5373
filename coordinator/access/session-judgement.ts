/**
 * Whether a session counts for whoever shows one of its secrets, and when the secret is changed. A new one is handed out
 * beside the old one, and takes its place when the browser shows it: an answer that is lost signs nobody out, and a copy of
 * the old one opens nothing from then on. Pure.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { BrowserSession } from '../store/browser-sessions.ts';

export type SessionSecrets = Pick<
  BrowserSession,
  'hash' | 'nextHash' | 'nextAt' | 'previousHash' | 'previousUntil' | 'rotatedAt'
>;

export type SessionJudgement =
  | { counts: false }
  /** `promoted`: the secrets from now on. `isDue`: the browser is to be given another secret. */
  | { counts: true; promoted: SessionSecrets | null; isDue: boolean };

const no: SessionJudgement = { counts: false };

export function judgeSession(session: BrowserSession, hash: string, now: Instant): SessionJudgement {
  if (isOver(session, now)) return no;
  if (hash === session.hash) return { counts: true, promoted: null, isDue: isRotationDue(session, now) };
  if (hash === session.nextHash) return { counts: true, promoted: promote(session, now), isDue: false };
  const isInTime = session.previousUntil !== null && now < session.previousUntil;
  return hash === session.previousHash && isInTime ? { counts: true, promoted: null, isDue: false } : no;
}

export const isOver = (
  { endedAt, expiresAt, lastSeenAt }: Pick<BrowserSession, 'endedAt' | 'expiresAt' | 'lastSeenAt'>,
  now: Instant,
): boolean => endedAt !== null || expiresAt <= now || lastSeenAt + limits.sessionIdleMs <= now;

/** One that was handed out a moment ago may be on its way still. */
const isRotationDue = ({ rotatedAt, nextAt }: BrowserSession, now: Instant): boolean =>
  rotatedAt + limits.sessionRotateMs <= now && (nextAt === null || nextAt + limits.sessionGraceMs <= now);

const promote = ({ hash, nextHash }: BrowserSession, now: Instant): SessionSecrets => ({
  hash: nextHash ?? hash,
  nextHash: null,
  nextAt: null,
  previousHash: hash,
  previousUntil: now + limits.sessionGraceMs,
  rotatedAt: now,
});

/** Another secret beside the one that counts. */
export const offer = (session: BrowserSession, nextHash: string, now: Instant): SessionSecrets => ({
  hash: session.hash,
  nextHash,
  nextAt: now,
  previousHash: session.previousHash,
  previousUntil: session.previousUntil,
  rotatedAt: session.rotatedAt,
});
