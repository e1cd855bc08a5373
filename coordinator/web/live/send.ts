import { useMutation, useQueryClient } from '@tanstack/react-query';
import * as z from 'zod';
import { ask } from './ask.ts';

type Schema<View> = { parse(value: unknown): View };

/** What an act may change. Lists come before what they lead to: what is gone by then is not asked for any more. */
const keys = [['session'], ['people'], ['secrets', 'all'], ['secrets'], ['merging']];

/** Sends something to an address of the API; what that may have changed is asked for again. */
export function useSend<View>(path: string, schema: Schema<View>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: object) =>
      ask(`/api/v1/${path}`, schema, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    // An answer may have a token in it, and a question a secret: neither is kept.
    gcTime: 0,
    async onSettled() {
      for (const queryKey of keys) await queryClient.invalidateQueries({ queryKey });
    },
  });
}

export const anyAnswer: Schema<unknown> = z.unknown();
