import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import * as z from 'zod';
import { ask } from '../live/ask.ts';
import { useLiveState } from '../live/live.tsx';

/** Ends the session of this browser; nothing that only an administrator sees is left on the page or behind it. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { reopen } = useLiveState();
  return async () => {
    await ask('/api/v1/session', z.null(), { method: 'DELETE' });
    await navigate({ to: '/' });
    // What the connection tells depends on who opened it.
    reopen();
    await queryClient.resetQueries();
  };
}
