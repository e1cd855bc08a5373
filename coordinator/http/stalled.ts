/**
 * Whoever asks for much and takes nothing of it would have it kept for as long as they like: in memory, or as an open file.
 * Their connection is cut off when none of it was taken for a while; who takes a little, however slowly, goes on.
 */
import type { FastifyReply } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** So long may a reader take nothing. */
    stallMs: number;
  }
}

export function cutOffStalled({ raw, server }: FastifyReply): void {
  raw.setTimeout(server.stallMs, () => raw.destroy());
}
