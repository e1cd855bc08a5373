/**
 * How entries of the audit log hang together: each has the SHA-256 of its own words and of the digest before it, so that
 * whoever changes, removes or puts in one breaks what follows. Pure.
 */
import { createHash } from 'node:crypto';
import type { Tables } from './schema.ts';

export type ChainedRow = Omit<Tables['audit_entry'], 'digest'>;

/** Text as both databases give it back: what they would replace is replaced before the digest is made. */
export const plainText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** The words of an entry in an order that does not change. */
const wordsOf = (row: ChainedRow): (string | number | null)[] => [
  row.seq,
  row.at,
  row.act,
  row.outcome,
  row.code,
  row.actor_kind,
  row.actor,
  row.actor_id,
  row.way,
  row.address,
  row.repository,
  row.subject,
  row.before_act,
  row.after_act,
];

/** `previous` is empty before the first. */
export const digestOf = (previous: string, row: ChainedRow): string =>
  createHash('sha256')
    .update(JSON.stringify([previous, ...wordsOf(row)]))
    .digest('hex');
