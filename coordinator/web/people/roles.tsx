import { useQuery } from '@tanstack/react-query';
import type { PeopleView } from '#shared/people-api.ts';
import { Command } from '../parts/copy-button.tsx';
import { Age } from '../parts/time.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { people as texts } from '../texts/people.ts';
import { Deed } from './deed.tsx';
import { peopleQuery } from './people-queries.ts';

/** Who was given which role, and who has signed in without one. */
export function Roles() {
  const { data, failureReason: error } = useQuery(peopleQuery);
  return (
    <Part title={texts.roles} error={data ? null : error}>
      {data && <List {...data} />}
      <div className="nothing">
        <p className="dim">{data?.grants.length === 0 ? texts.noRoles : texts.rolesHint}</p>
        <Command text={texts.grant} />
      </div>
    </Part>
  );
}

function List({ people, grants }: PeopleView) {
  const named = new Set(grants.map(({ login }) => login.toLowerCase()));
  const others = people.filter(({ login }) => !named.has(login.toLowerCase()));
  if (grants.length + others.length === 0) return null;
  return (
    <ul className="who-list panel">
      {grants.map(({ login, pattern, role, by, at, isBound }) => (
        <li key={`${login} ${pattern}`}>
          <b>{login}</b>
          <span>
            {texts.role(role)} · <code>{pattern}</code>
          </span>
          <span className="dim">
            {texts.givenBy(by)}, <Age at={at} />
            {!isBound && `; ${texts.unbound}`}
          </span>
          <Deed
            verb={texts.take}
            label={`${texts.take}: ${login} ${pattern}`}
            title={texts.takeTitle(login, pattern)}
            about={texts.takeBody}
            path="people/grants/revoke"
            body={{ login, pattern }}
          />
        </li>
      ))}
      {others.map(({ id, login, lastSeenAt }) => (
        <li key={id}>
          <b>{login}</b>
          <span className="dim">{texts.signedIn}</span>
          <span className="dim">
            {texts.seen} <Age at={lastSeenAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
