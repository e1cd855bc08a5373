import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { ask } from '../live/ask.ts';
import { useLiveState } from '../live/live.tsx';

/** Ends the session of this browser, or of all browsers of whoever sits here; nothing that only an administrator sees is left on the page or behind it. */
export function useSignOut(): (isEverywhere?: boolean) => Promise<void> {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { reopen } = useLiveState();
  return async (isEverywhere = false) => {
    if (isEverywhere)
      await ask('/api/v1/sessions/end', done, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ whose: 'mine' }),
      });
    // The cookie goes too.
    await ask('/api/v1/session', z.null(), { method: 'DELETE' });
    await navigate({ to: '/' });
    // What the connection tells depends on who opened it.
    reopen();
    await queryClient.resetQueries();
  };
}
