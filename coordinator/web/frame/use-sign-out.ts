import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { z } from 'zod';
import { ask } from '../live/ask.ts';

/** Ends the session of this browser; nothing that only an administrator sees is left on the page or behind it. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    await ask('/api/v1/session', z.null(), { method: 'DELETE' });
    await navigate({ to: '/' });
    await queryClient.resetQueries();
  };
}
