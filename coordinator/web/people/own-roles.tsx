import { useQuery } from '@tanstack/react-query';
import { grantFor } from '#shared/roles.ts';
import { sessionQuery } from '../live/queries.ts';
import { Command } from '../parts/copy-button.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { people as texts } from '../texts/people.ts';
import { RoleTable } from './role-table.tsx';

/** What whoever reads may do where, and who says so. */
export function OwnRoles() {
  const { data: session } = useQuery(sessionQuery);
  if (!session) return null;
  const { grants, forge } = session.rights;
  const said = Object.entries(forge);
  return (
    <Part title={texts.roles} error={null}>
      {grants.length + said.length === 0 ? (
        <div className="nothing">
          <p className="dim">{texts.noOwnRoles}</p>
          <Command text={texts.grant.replace('LOGIN', session.who.name ?? 'LOGIN')} />
        </div>
      ) : (
        <ul className="who-list panel">
          {grants.map(({ pattern, role }) => (
            <li key={pattern}>
              <b>{texts.role(role)}</b>
              <code>{pattern}</code>
              <span className="dim">{texts.given}</span>
            </li>
          ))}
          {said.map(([repository, role]) => {
            const isOverridden = grantFor(grants, repository) !== undefined;
            return (
              <li key={`forge ${repository}`}>
                <b className={isOverridden ? 'overridden' : undefined}>{texts.role(role)}</b>
                <code>{repository}</code>
                <span className="dim">
                  {texts.fromForgeNow}
                  {isOverridden && `; ${texts.overridden}`}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <RoleTable />
    </Part>
  );
}
