/** What machines reach: enrolment, the source of their attempt, its uploads and its caches. Nothing else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AttemptId, Instant } from '#shared/ids.ts';
import type { AttemptClaims, AttemptScope, AttemptTokens } from '../access/attempt-tokens.ts';
import { bearerOf } from '../access/bearer.ts';
import type { ImageTokens } from '../access/image-tokens.ts';
import type { Uploads } from '../artifacts/uploads.ts';
import type { Caches } from '../caches/caches.ts';
import { type EnrolParts, enrol } from '../fleet/enrol.ts';
import { type FindImageFile, serveImageFile } from '../fleet/image-files.ts';
import { HttpProblem } from '../http/errors.ts';
import type { MachineParts } from '../http/parts.ts';
import type { SourceServer } from '../source/source-server.ts';

export type MachineOptions = {
  enrolment: EnrolParts;
  tokens: AttemptTokens;
  imageTokens: ImageTokens;
  findImageFile: FindImageFile;
  source: SourceServer;
  uploads: Uploads;
  caches: Caches;
  now: () => Instant;
};

export function createMachineParts({
  enrolment,
  tokens,
  imageTokens,
  findImageFile,
  source,
  uploads,
  caches,
  now,
}: MachineOptions): MachineParts {
  function claimsFor(request: IncomingMessage, attempt: AttemptId, scope: AttemptScope): AttemptClaims {
    const token = bearerOf(request.headers.authorization);
    const check = token === null ? { rejected: 'malformed' as const } : tokens.verify(token, scope, now());
    if ('rejected' in check)
      throw new HttpProblem(
        'wrong-attempt-token',
        `this needs the ${scope} token of ${attempt} (${check.rejected})`,
      );
    if (check.claims.attempt !== attempt)
      throw new HttpProblem('other-attempt', 'the token is of another attempt');
    return check.claims;
  }

  return {
    enrol: request => enrol(enrolment, request),
    machineOfTicket: ticket => enrolment.machineOfTicket(ticket),
    async source(request: IncomingMessage, response: ServerResponse, attempt, subPath) {
      const { repository, commit } = claimsFor(request, attempt, 'source');
      if (!commit) throw new HttpProblem('not-allowed', 'the token names no commit');
      const reader = { repository, commit, attempt };
      if (subPath === '/archive.tar') return source.serveArchive(request, response, reader);
      if (subPath.startsWith('/git/'))
        return source.serveGit(request, response, { ...reader, subPath: subPath.slice('/git'.length) });
      throw new HttpProblem(404, 'a source has archive.tar and git');
    },
    async imageFile(request, response, sha256) {
      const token = bearerOf(request.headers.authorization);
      if (token === null || imageTokens.hostOf(token, now()) === null)
        throw new HttpProblem(
          'wrong-files-token',
          'files of images are for hosts, with the token of their desired set',
        );
      if (!(await serveImageFile(findImageFile, sha256, request, response)))
        throw new HttpProblem(404, 'no image that is registered here has a file of this digest');
    },
    async uploads(request, response, attempt, _subPath) {
      claimsFor(request, attempt, 'uploads');
      await uploads.serve(request, response, { attempt });
    },
    async cache(request, response, attempt, prefix) {
      claimsFor(request, attempt, 'caches');
      await caches.serve(request, response, { attempt, prefix });
    },
  };
}
