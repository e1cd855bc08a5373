/** Answers of 400 and more, from the catalogue of refusals: each status once, with the codes that it may come with. */
import { problem as problemSchema } from '#shared/api.ts';
import { peopleRefusals, troubleRefusals } from '#shared/refusals/people.ts';
import { requestRefusals } from '#shared/refusals/requests.ts';
import { type CodedStatus, codeOfStatus, refusals } from '#shared/refusals.ts';
import { problem, retryAfterS } from '../../ground/refuse.ts';
import type { Needs } from '../guard.ts';
import type { Use } from './json-schema.ts';
import type { Operation } from './operation.ts';

/** What all of them are. */
export const problemUse: Use = { schema: problemSchema, direction: 'output' };

/** What is refused to people and programs; machines and webhooks come by other doors. */
const said = { ...requestRefusals, ...peopleRefusals, ...troubleRefusals };

const codesOf = (status: number): string[] =>
  Object.entries(said).flatMap(([code, each]) => (each.status === status ? [code] : []));

/** `not-found` → `NotFound` */
const nameOf = (status: CodedStatus): string =>
  codeOfStatus[status].replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const refusedReference = (status: CodedStatus) => ({
  $ref: `#/components/responses/${nameOf(status)}`,
});

const headers = (status: CodedStatus) => ({
  'Paddock-Refusal': { $ref: '#/components/headers/PaddockRefusal' },
  ...(status === 401 ? { 'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' } } : {}),
  ...(retryAfterS(status) === null ? {} : { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }),
});

export function refusedResponse(status: CodedStatus): [name: string, response: object] {
  const { means, todo } = refusals[codeOfStatus[status]];
  const codes = codesOf(status);
  const list = codes.map(code => `- \`${code}\`: ${said[code as keyof typeof said].means}`);
  return [
    nameOf(status),
    {
      description: [`${means[0]?.toUpperCase()}${means.slice(1)}.`, list.join('\n')].join('\n\n'),
      headers: headers(status),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { type: 'object', properties: { status: { const: status }, code: { enum: codes } } },
            ],
          },
          example: problem(status, means, todo),
        },
      },
    },
  ];
}

type Taken = { hasSubject: boolean; hasBody: boolean };

/** What follows from the door and from what is taken, and what the operation says besides. */
export function refusedStatuses(
  needs: Needs,
  { hasSubject, hasBody }: Taken,
  operation: Operation,
): CodedStatus[] {
  const isElsewhere = hasSubject || ('permission' in needs && needs.subject !== null);
  const all: CodedStatus[] = [
    ...([400, 401, 403, 429, 500, 503] as const),
    ...(isElsewhere ? ([404] as const) : []),
    ...(hasBody ? ([413, 415] as const) : []),
    ...(operation.refused ?? []),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}
