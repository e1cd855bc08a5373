/** The table of people.md, in Markdown, from what the code asks for. */
import { permissionNames, permissions, roles } from '#shared/roles.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const marks = (from: string, of: 'repository' | 'coordinator'): string[] =>
  roles.map(role => {
    const isEnough = roles.indexOf(role) >= (roles as readonly string[]).indexOf(from);
    if (!isEnough) return '';
    return of === 'coordinator' ? 'of `*`' : 'yes';
  });

export const roleTables: Readonly<Record<string, string>> = {
  roles: [
    row(['may', ...roles.map(role => `\`${role}\``)]),
    row(['---', ...roles.map(() => '---')]),
    ...permissionNames.map(name => {
      const { role, of, what } = permissions[name];
      return row([what, ...marks(role, of)]);
    }),
  ].join('\n'),
};
