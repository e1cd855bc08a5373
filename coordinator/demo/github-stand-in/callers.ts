/** Who asks: GitHub tells a person's token from one of an App's installation, and lets them do different things. */
import { timingSafeEqual } from 'node:crypto';
import type { ApiRequest, Caller } from './api-answer.ts';

/** The account that owns a token of a person. */
export const tokenOwner = 'ci-robot';
const app = 'paddock[bot]';

/** @returns null for a credential that is none here. GitHub takes either word before a token. */
export function callerOf(request: ApiRequest, token: string): Caller | null {
  const shown = /^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [a, b] = [Buffer.from(shown), Buffer.from(token)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) return null;
  return token.startsWith('ghs_')
    ? { kind: 'installation', login: app }
    : { kind: 'user', login: tokenOwner };
}
