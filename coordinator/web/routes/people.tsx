import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { usePageState } from '../frame/use-page-state.ts';
import { sessionQuery } from '../live/queries.ts';
import { useAllThere } from '../live/use-all-there.ts';
import { Blank, ProblemView } from '../parts/problem-view.tsx';
import { OwnRoles } from '../people/own-roles.tsx';
import { peopleQuery, sessionsQuery, tokensQuery } from '../people/people-queries.ts';
import { Roles } from '../people/roles.tsx';
import { Sessions } from '../people/sessions.tsx';
import { Tokens } from '../people/tokens.tsx';
import '../system/system.css';
import '../people/people.css';
import { people } from '../texts/people.ts';

/** Who may what, which tokens act, which browsers are in: of everybody for administrators, of oneself for others. */
export function PeoplePage() {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  usePageState(session && !session.isAdmin ? people.own : people.title);
  if (!session)
    return error ? <ProblemView error={error} what="page" onAgain={() => void refetch()} /> : null;
  if (session.who.kind === 'stranger') return <Stranger />;
  return session.isAdmin ? <Everybody /> : <Oneself name={session.who.name ?? ''} />;
}

const Stranger = () => (
  <Blank title={people.stranger}>
    <p>
      <Link to="/sign-in" className="link">
        {people.signIn}
      </Link>
    </p>
  </Blank>
);

function Everybody() {
  const parts = useQueries({ queries: [peopleQuery, tokensQuery, sessionsQuery] });
  if (!useAllThere(parts)) return null;
  return (
    <>
      <h1>{people.title}</h1>
      <Roles />
      <Tokens />
      <Sessions />
    </>
  );
}

function Oneself({ name }: { name: string }) {
  const parts = useQueries({ queries: [tokensQuery, sessionsQuery] });
  if (!useAllThere(parts)) return null;
  return (
    <>
      <h1>{people.own}</h1>
      <p className="dim">{people.ownHint(name)}</p>
      <OwnRoles />
      <Tokens />
      <Sessions />
    </>
  );
}
