/** Answers with stored bytes: whole, a part (so that a download goes on where it broke off), unchanged, or beyond the end. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rangeOf } from './byte-range.ts';
import { HttpProblem } from './errors.ts';
import type { ReadRange } from './parts.ts';
import { cutOffStalled } from './stalled.ts';

/** `etag` without quotes; null while the bytes may still become more. */
export type StoredBytes = { bytes: number; etag: string | null; read: ReadRange };

/** For GET and HEAD. The stream is destroyed, and with it the reader, when the connection breaks. */
export function sendBytes(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag, read }: StoredBytes,
): FastifyReply {
  const tag = etag === null ? null : `"${etag}"`;
  reply.header('accept-ranges', 'bytes');
  // Kept by the asker alone, who asks each time whether it may still be shown.
  if (tag) reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (tag && isNamed(tag, headers['if-none-match'])) return reply.code(304).send();
  const isStale = headers['if-range'] !== undefined && headers['if-range'] !== tag;
  const range = rangeOf(isStale || method === 'HEAD' ? undefined : headers.range, bytes);
  if (!range) {
    reply.header('content-range', `bytes */${bytes}`);
    throw new HttpProblem(416, `there are ${bytes} bytes, and this range lies beyond them`);
  }
  const { from, to } = range;
  if (to - from < bytes) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${bytes}`);
  reply.header('content-length', to - from);
  cutOffStalled(reply);
  return method === 'HEAD' ? reply.send() : reply.send(Readable.from(read(from, to), { objectMode: false }));
}

const isNamed = (tag: string, header: string | undefined): boolean =>
  (header ?? '').split(',').some(each => each.trim().replace(/^W\//, '') === tag);
