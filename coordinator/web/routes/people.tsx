import { useQueries, useQuery } from '@tanstack/react-query';
import { usePageState } from '../frame/use-page-state.ts';
import { ProblemView } from '../parts/problem-view.tsx';
import { peopleQuery, sessionsQuery, tokensQuery } from '../people/people-queries.ts';
import { Roles } from '../people/roles.tsx';
import { Sessions } from '../people/sessions.tsx';
import { Tokens } from '../people/tokens.tsx';
import '../system/system.css';
import '../people/people.css';
import { people } from '../texts/people.ts';

/** Who may what, which programs come with a token, which browsers are in. For administrators. */
export function PeoplePage() {
  usePageState(people.title);
  const { data, error, refetch } = useQuery(peopleQuery);
  const parts = useQueries({ queries: [tokensQuery, sessionsQuery] });
  if (!data) return error ? <ProblemView error={error} what="page" onAgain={() => void refetch()} /> : null;
  // All at once: what comes later would push down what is read already.
  if (parts.some(({ isPending, failureCount }) => isPending && failureCount === 0)) return null;
  return (
    <>
      <h1>{people.title}</h1>
      <Roles />
      <Tokens />
      <Sessions />
    </>
  );
}
