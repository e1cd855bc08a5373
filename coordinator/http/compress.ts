/** Answers made here, compressed for whoever takes that: lists and logs are a quarter of themselves. */
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '#shared/limits.ts';

const isText = /^(?:application\/(?:problem\+)?json|text\/html)\b/;

export const takesGzip = ({ headers }: FastifyRequest): boolean =>
  /\bgzip\b/.test(headers['accept-encoding'] ?? '');

/**
 * A hook before sending. Only what is a string yet: stored bytes are streamed as they are, and go on where they broke off;
 * they pass in the same turn, before their reader can have left. Answers to changes stay plain: a secret that one of them
 * brings (a sign-in link) must not be guessed by its length.
 */
export function compress(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error?: Error | null, payload?: unknown) => void,
): void {
  const isFit = request.method === 'GET' && isText.test(String(reply.getHeader('content-type') ?? ''));
  const text = isFit && typeof payload === 'string' ? payload : null;
  if (text !== null) reply.header('vary', 'accept-encoding');
  if (text === null || text.length < limits.compressedFromBytes || !takesGzip(request)) done(null, payload);
  else {
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    gzip(text, done);
  }
}
