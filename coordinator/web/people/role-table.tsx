import { isAtLeast, permissionNames, permissions, roles } from '#shared/roles.ts';
import { people as texts } from '../texts/people.ts';

/** What scrolls is to be scrolled with keys too. */
const focusable = { tabIndex: 0 };

/** What each role may, as the coordinator decides it. */
export const RoleTable = () => (
  <details className="role-table">
    <summary>{texts.mayTitle}</summary>
    <div className="scrolls" {...focusable}>
      <table className="table may-table">
        <thead>
          <tr>
            <th scope="col">{texts.may}</th>
            {roles.map(role => (
              <th key={role} scope="col">
                {role}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissionNames.map(name => (
            <tr key={name}>
              <th scope="row">{permissions[name].what}</th>
              {roles.map(role => (
                <td key={role}>{cell(name, role)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
);

function cell(name: keyof typeof permissions, role: (typeof roles)[number]): string {
  const { role: asked, of } = permissions[name];
  if (!isAtLeast(role, asked)) return '–';
  return of === 'coordinator' ? 'of *' : '✓';
}
