import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AttemptView } from '#shared/api.ts';
import type { Mark } from '#shared/attempt.ts';
import { attemptQuery } from '../live/queries.ts';

/** What the log's connection brings of steps is known beside the log at once, not when it is asked for again. */
export function useToldMarks({ id, job }: AttemptView, marks: readonly Mark[]): void {
  const client = useQueryClient();
  const count = marks.length;
  useEffect(() => {
    client.setQueryData(attemptQuery(job, id).queryKey, known =>
      known && known.marks.length < count ? { ...known, marks: [...marks] } : known,
    );
  }, [client, job, id, marks, count]);
}
