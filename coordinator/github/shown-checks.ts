/** The check runs of a commit that are ours, as GitHub shows them. Source: https://docs.github.com/rest/checks/runs */
import * as z from 'zod';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { splitName } from './full-name.ts';
import type { Question } from './kept-answers.ts';

export type ShownCheck = {
  /** GitHub's number for it: what is newer has a greater one. */
  id: number;
  name: string;
  /** The run that it is the check of; null: it says none. */
  externalId: string | null;
  /** Null while it is not completed. */
  conclusion: string | null;
  status: string;
};

const answer = z.object({
  check_runs: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      external_id: z.string().nullish(),
      status: z.string(),
      conclusion: z.string().nullish(),
    }),
  ),
});

const checksIn = (data: unknown) => {
  const { success, data: found } = answer.safeParse(data);
  return success ? found.check_runs : null;
};

/** All of them, also where several have one name: the runs of a commit do. */
export const checksQuestion = (
  app: number,
  name: string,
  ref: CommitSha,
  page: number,
): Question<ShownCheck[]> => ({
  what: `question for the check runs of ${name} at ${shortCommit(ref)}`,
  route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  fields: { ...splitName(name), ref, app_id: app, filter: 'all', per_page: limits.forgePageSize, page },
  read: data =>
    checksIn(data)?.map(({ id, name: called, external_id, status, conclusion }) => ({
      ...{ id, name: called, status },
      externalId: external_id || null,
      conclusion: conclusion ?? null,
    })) ?? null,
  expected: 'a list of check runs',
  sizeOf: data => checksIn(data)?.length ?? 0,
});
