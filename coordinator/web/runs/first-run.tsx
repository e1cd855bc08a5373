import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sessionQuery } from '../live/queries.ts';
import { Command } from '../parts/copy-button.tsx';
import { texts } from '../texts/texts.ts';

const { first } = texts;

/** In place of an empty list: how to begin, and that the first run shows itself. */
export function FirstRun() {
  const { data: session } = useQuery(sessionQuery);
  return (
    <section className="first">
      <h2>{first.title}</h2>
      <p className="first-wait">
        <span className="first-dot" aria-hidden="true" />
        {first.waiting}
      </p>
      <h3>{first.byHand}</h3>
      {first.commands.split('\n').map(command => (
        <Command key={command} text={command} />
      ))}
      <h3>{first.byGitHub}</h3>
      <p>{first.webhook}</p>
      <dl className="facts">
        <dt>{first.url}</dt>
        <dd>
          <code>{location.origin}/hooks/github</code>
        </dd>
        <dt>{first.type}</dt>
        <dd>
          <code>application/json</code>
        </dd>
        <dt>{first.secret}</dt>
        <dd>{first.secretValue}</dd>
        <dt>{first.events}</dt>
        <dd>{first.eventsValue}</dd>
      </dl>
      {session?.isAdmin ? (
        <p>
          <Link to="/deliveries" className="link">
            {first.deliveries}
          </Link>
        </p>
      ) : (
        <>
          <h3>{first.signIn}</h3>
          <Command text={texts.problem.command} />
        </>
      )}
    </section>
  );
}
