/** What the pages ask for, under the keys by which the live socket knows it. */
import { queryOptions } from '@tanstack/react-query';
import { jobView, runView } from '#shared/api.ts';
import { ask } from './ask.ts';

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => ask(`/api/v1/runs/${id}`, runView, { signal }),
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => ask(`/api/v1/jobs/${id}`, jobView, { signal }),
  });
