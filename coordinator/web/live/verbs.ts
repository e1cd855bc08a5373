import { useMutation, useQueryClient } from '@tanstack/react-query';
import { done, type RunView } from '#shared/api.ts';
import { ask } from './ask.ts';

export type Verb = 'rerun' | 'cancel';
/** What a verb is done to, as its address says it. */
export type Subject = { type: 'run' | 'job'; id: string };

/** Lets the commit of a fork run, of which the page shows a run or a job; both are asked for again. */
export function useApproval({ id, commit }: Pick<RunView, 'id' | 'commit'>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ask(`/api/v1/runs/${id}/approve`, done, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ commit }),
      }),
    onSettled: () =>
      Promise.all(['run', 'job', 'queue'].map(type => queryClient.invalidateQueries({ queryKey: [type] }))),
  });
}

/** A verb of whoever may; what is shown of its subject is asked for again. */
export function useVerb({ type, id }: Subject) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (verb: Verb) => ask(`/api/v1/${type}s/${id}/${verb}`, done, { method: 'POST' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [type, id] }),
  });
}
