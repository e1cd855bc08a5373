import { useMutation, useQueryClient } from '@tanstack/react-query';
import { done } from '#shared/api.ts';
import { ask } from './ask.ts';

export type Verb = 'rerun' | 'cancel';
/** What a verb is done to, as its address says it. */
export type Subject = { type: 'run' | 'job'; id: string };

/** A verb of an administrator; what is shown of its subject is asked for again. */
export function useVerb({ type, id }: Subject) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (verb: Verb) => ask(`/api/v1/${type}s/${id}/${verb}`, done, { method: 'POST' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [type, id] }),
  });
}
