import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem-error.ts';

const triesOfAQuestion = 3;

/** What was asked is fresh until the live socket says otherwise; an answer that is a no stays one. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < triesOfAQuestion && isPassing(error),
      },
    },
  });

/** Whether asking again may help: the coordinator restarts, or the network is away. */
const isPassing = (error: unknown): boolean =>
  !(error instanceof ProblemError) || error.problem.status >= 500 || error.problem.status === 429;
