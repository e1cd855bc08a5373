import { useQuery } from '@tanstack/react-query';
import type { BrowserSessionView } from '#shared/people-api.ts';
import { sessionQuery } from '../live/queries.ts';
import { Command } from '../parts/copy-button.tsx';
import { Deed } from '../parts/deed.tsx';
import { Age } from '../parts/time.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { people as texts } from '../texts/people.ts';
import { sessionsQuery } from './people-queries.ts';

/** Which browsers are in, and out with those that nobody knows. */
export function Sessions() {
  const { data: sessions, failureReason: error } = useQuery(sessionsQuery);
  const { data: session } = useQuery(sessionQuery);
  const isAdmin = session?.isAdmin ?? false;
  return (
    <Part title={texts.sessions} error={sessions ? null : error}>
      {sessions && sessions.length > 0 ? (
        <>
          <ul className="who-list panel">
            {sessions.map(each => (
              <Row key={each.id} session={each} />
            ))}
          </ul>
          <EndMany sessions={sessions} isAdmin={isAdmin} />
        </>
      ) : (
        <p className="dim">{texts.noSessions}</p>
      )}
      {isAdmin && (
        <div className="nothing">
          <p className="dim">{texts.sessionsHint}</p>
          <Command text={texts.open} />
        </div>
      )}
    </Part>
  );
}

const Row = ({
  session: { id, login, browser, createdAt, lastSeenAt, isThis },
}: {
  session: BrowserSessionView;
}) => (
  <li>
    <b title={id}>{browser}</b>
    <span>
      {login ?? texts.administrator}
      {isThis && `, ${texts.thisOne}`}
    </span>
    <span className="dim">
      {texts.since} <Age at={createdAt} />, {texts.seen} <Age at={lastSeenAt} />
    </span>
    <span className="who-buttons">
      <Deed
        verb={texts.end}
        label={`${texts.end}: ${browser}`}
        title={texts.endTitle(browser)}
        about={texts.endBody}
        path={`sessions/${id}/end`}
      />
    </span>
  </li>
);

function EndMany({ sessions, isAdmin }: { sessions: readonly BrowserSessionView[]; isAdmin: boolean }) {
  const own = sessions.find(({ isThis }) => isThis);
  const mine = own ? sessions.filter(({ login }) => login === own.login) : [];
  return (
    <p className="deeds">
      {mine.length > 0 && (
        <Deed
          verb={texts.endMine}
          label={texts.endMine}
          title={texts.endMineTitle(mine.length)}
          about={texts.endMineBody}
          path="sessions/end"
          body={{ whose: 'mine' }}
        />
      )}
      {isAdmin && (
        <Deed
          verb={texts.endAll}
          label={texts.endAll}
          title={texts.endAllTitle}
          about={texts.endAllBody}
          path="sessions/end"
          body={{ whose: 'everybody' }}
        />
      )}
    </p>
  );
}
