import { useQuery } from '@tanstack/react-query';
import { Command } from '../parts/copy-button.tsx';
import { Age } from '../parts/time.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { people as texts } from '../texts/people.ts';
import { Deed } from './deed.tsx';
import { sessionsQuery } from './people-queries.ts';

/** Which browsers are in, and out with those that nobody knows. */
export function Sessions() {
  const { data: sessions, failureReason: error } = useQuery(sessionsQuery);
  return (
    <Part title={texts.sessions} error={sessions ? null : error}>
      {sessions && sessions.length > 0 ? (
        <>
          <ul className="who-list panel">
            {sessions.map(({ id, login, browser, createdAt, lastSeenAt, isThis }) => (
              <li key={id}>
                <b title={id}>{browser}</b>
                <span>
                  {login ?? texts.administrator}
                  {isThis && `, ${texts.thisOne}`}
                </span>
                <span className="dim">
                  {texts.since} <Age at={createdAt} />, {texts.seen} <Age at={lastSeenAt} />
                </span>
                <Deed
                  verb={texts.end}
                  label={`${texts.end}: ${browser}`}
                  title={texts.endTitle(browser)}
                  about={texts.endBody}
                  path={`sessions/${id}/end`}
                />
              </li>
            ))}
          </ul>
          <Deed
            verb={texts.endAll}
            label={texts.endAll}
            title={texts.endAllTitle}
            about={texts.endAllBody}
            path="sessions/end"
            body={{ whose: 'everybody' }}
          />
        </>
      ) : (
        <p className="dim">{texts.noSessions}</p>
      )}
      <div className="nothing">
        <p className="dim">{texts.sessionsHint}</p>
        <Command text={texts.open} />
      </div>
    </Part>
  );
}
