/** The tables of github.md, in Markdown, from what the code asks GitHub for. */
import {
  appEvents,
  appPermissions,
  signInEvents,
  signInPermissions,
} from '#coordinator/github/app-permissions.ts';
import { type GithubMode, githubCapabilities, githubModes, givenText } from '#shared/github-capabilities.ts';

const row = (cells: readonly string[]): string =>
  `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const permissions = { ...appPermissions, ...signInPermissions };

const modes = Object.keys(githubModes) as GithubMode[];

export const githubTables: Readonly<Record<string, string>> = {
  capabilities: table(
    ['', ...modes.map(mode => githubModes[mode])],
    githubCapabilities.map(each => [each.what, ...modes.map(mode => givenText(each[mode]))]),
  ),
  permissions: table(
    ['permission', 'level', 'what for', 'without it'],
    Object.values(permissions).map(({ title, level, what, without }) => [
      `*${title}*`,
      level === 'write' ? 'read and write' : 'read',
      what,
      without,
    ]),
  ),
  events: table(
    ['event', 'permission', 'what for', 'without it'],
    Object.values({ ...appEvents, ...signInEvents }).map(({ title, permission, what, without }) => [
      `*${title}*`,
      `*${permissions[permission].title}*`,
      what,
      without,
    ]),
  ),
};
