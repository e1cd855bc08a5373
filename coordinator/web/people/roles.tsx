import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PeopleView } from '#shared/people-api.ts';
import { type GrantedRole, grantFor } from '#shared/roles.ts';
import { Deed } from '../parts/deed.tsx';
import { useOpening } from '../parts/form.tsx';
import { Age } from '../parts/time.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { people as texts } from '../texts/people.ts';
import { GrantForm } from './grant-form.tsx';
import { peopleQuery } from './people-queries.ts';
import { RoleTable } from './role-table.tsx';

/** Who has which role and where it comes from, and who has signed in without one; roles are given and taken here. */
export function Roles() {
  const { data, failureReason: error } = useQuery(peopleQuery);
  const [said, setSaid] = useState('');
  const { isOpen, close, button } = useOpening();
  const leave = (message: string) => {
    setSaid(message);
    close();
  };
  return (
    <Part title={texts.roles} error={data ? null : error}>
      <div className="part-top">
        <p className="dim">{data?.grants.length === 0 ? texts.noRoles : texts.rolesHint}</p>
        <Button size="compact-sm" {...button}>
          {texts.give}
        </Button>
      </div>
      <p role="status" className="said">
        {said}
      </p>
      {isOpen && data && (
        <GrantForm
          title={texts.give}
          of={null}
          known={knownOf(data)}
          onDone={leave}
          onClose={() => leave('')}
        />
      )}
      {data && <List view={data} onSaid={setSaid} />}
      <RoleTable />
    </Part>
  );
}

const knownOf = ({ people, grants }: PeopleView) => ({
  logins: [...new Set([...people, ...grants].map(({ login }) => login))].sort(),
  patterns: [
    ...new Set([
      ...grants.map(({ pattern }) => pattern),
      ...people.flatMap(({ forge }) => forge.map(({ repository }) => repository)),
    ]),
  ].sort(),
});

type Said = { onSaid(message: string): void };

function List({ view, onSaid }: { view: PeopleView } & Said) {
  const { people, grants } = view;
  const named = new Set(grants.map(({ login }) => login.toLowerCase()));
  const others = people.filter(({ login, forge }) => !named.has(login.toLowerCase()) && forge.length === 0);
  const fromForge = people.flatMap(({ login, forge }) => forge.map(said => ({ login, ...said })));
  if (grants.length + fromForge.length + others.length === 0) return null;
  return (
    <ul className="who-list panel">
      {grants.map(grant => (
        <Granted key={`${grant.login} ${grant.pattern}`} grant={grant} view={view} onSaid={onSaid} />
      ))}
      {fromForge.map(said => (
        <FromForge key={`${said.login} ${said.repository}`} said={said} view={view} onSaid={onSaid} />
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

function Granted({ grant, view, onSaid }: { grant: PeopleView['grants'][number]; view: PeopleView } & Said) {
  const { login, pattern, role, by, at, isBound } = grant;
  const change = useChange({ login, pattern, role }, view, onSaid);
  return (
    <li>
      <b>{login}</b>
      <span>
        {texts.role(role)} · <code>{pattern}</code>
      </span>
      <span className="dim">
        {texts.givenBy(by)}, <Age at={at} />
        {!isBound && `; ${texts.unbound}`}
      </span>
      <span className="who-buttons">
        {change.button}
        <Deed
          verb={texts.take}
          label={`${texts.take}: ${login} ${pattern}`}
          title={texts.takeTitle(login, pattern)}
          about={texts.takeBody}
          path="people/grants/revoke"
          body={{ login, pattern }}
        />
      </span>
      {change.form}
    </li>
  );
}

type ForgeSaid = { login: string } & PeopleView['people'][number]['forge'][number];

/** It is GitHub's to take back; what is given here for the same repository is stronger. */
function FromForge({ said, view, onSaid }: { said: ForgeSaid; view: PeopleView } & Said) {
  const { login, repository, role, at } = said;
  const own = view.grants.filter(grant => grant.isBound && grant.login.toLowerCase() === login.toLowerCase());
  const isOverridden = grantFor(own, repository) !== undefined;
  const change = useChange({ login, pattern: repository, role }, view, onSaid);
  return (
    <li>
      <b>{login}</b>
      <span className={isOverridden ? 'overridden' : undefined}>
        {texts.role(role)} · <code>{repository}</code>
      </span>
      <span className="dim">
        {texts.fromForge} <Age at={at} />
        {isOverridden && `; ${texts.overridden}`}
      </span>
      <span className="who-buttons">{change.button}</span>
      {change.form}
    </li>
  );
}

/** A button that opens the form for one name and pattern below its row. */
function useChange(
  of: { login: string; pattern: string; role: GrantedRole },
  view: PeopleView,
  onSaid: Said['onSaid'],
) {
  const { isOpen, close, button } = useOpening();
  const { login, pattern } = of;
  const leave = (message: string) => {
    onSaid(message);
    close();
  };
  return {
    button: (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`${texts.change}: ${login} ${pattern}`}
        {...button}
      >
        {texts.change}
      </Button>
    ),
    form: isOpen && (
      <GrantForm
        title={texts.giveTo(login, pattern)}
        of={of}
        known={knownOf(view)}
        onDone={leave}
        onClose={() => leave('')}
      />
    ),
  };
}
