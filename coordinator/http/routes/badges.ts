/**
 * Badges for READMEs. Of a public repository the same bytes for everybody, so that they may be kept by whatever stands
 * between; of a private one only whoever sees it learns more than that there are no runs.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { badgeLabel, badgeSubject } from '#shared/badge.ts';
import { limits } from '#shared/limits.ts';
import { HttpProblem } from '../errors.ts';
import { whatIsSeen } from '../guard.ts';
import { badgeSvg } from '../pages/badge-svg.ts';
import type { PeopleParts } from '../parts.ts';

export function addBadgeRoutes(plain: FastifyInstance, parts: Pick<PeopleParts, 'badge'>): void {
  plain
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/badge/*',
      { config: whatIsSeen, schema: { params: z.object({ '*': z.string() }), querystring: badgeSubject } },
      async (request, reply) => {
        const [, repository] = /^(.+)\.svg$/.exec(request.params['*']) ?? [];
        if (!repository)
          throw new HttpProblem(
            404,
            'there is no such badge',
            'one looks like /badge/owner/name.svg?branch=main',
          );
        const { word, isPrivate } = await parts.badge(repository, request.query, request.actor);
        const svg = badgeSvg(badgeLabel(request.query), word);
        const etag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, 22)}"`;
        reply
          .header('etag', etag)
          .header('cache-control', isPrivate ? 'no-store' : `public, max-age=${limits.badgeKeepMs / 1_000}`)
          .header('content-security-policy', "default-src 'none'")
          .header('cross-origin-resource-policy', 'cross-origin');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply.type('image/svg+xml; charset=utf-8').send(svg);
      },
    );
}
