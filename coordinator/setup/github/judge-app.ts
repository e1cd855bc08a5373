/** What an App of ours lacks, what does not work because of it, and where that is mended. Pure. */
import type { Finding } from '#shared/diagnosis.ts';
import type { AppFacts, InstallationFacts } from '../../github/app-calls.ts';
import {
  appEvents,
  appPermissions,
  missingEvents,
  missingPermissions,
} from '../../github/app-permissions.ts';
import { pages } from '../../github/github-pages.ts';
import { bad, good, warning } from '../doctor/finding.ts';

const aboutApp = 'App on GitHub';

/** The owner, where it is an organization: its pages are elsewhere. */
export const organizationOf = ({ owner }: Pick<AppFacts, 'owner'>): string | null =>
  owner?.type === 'Organization' ? (owner.login ?? null) : null;

/** `isPolling`: no webhook is wanted, so that nothing is told. */
export function judgeApp(app: AppFacts, web: string, isPolling: boolean): Finding[] {
  const page = pages.permissions(web, organizationOf(app), app.slug);
  const permissions = missingPermissions(app.permissions).map(name => {
    const { title, level, without, isVital } = appPermissions[name];
    const text = `lacks the permission "${title}" (${wordsOf(level)}): ${without}`;
    return (isVital ? bad : warning)(
      aboutApp,
      text,
      `give it that, then let each account accept it: ${page}`,
    );
  });
  const events = isPolling
    ? []
    : missingEvents(app.events).map(name => {
        const { title, without } = appEvents[name];
        return warning(
          aboutApp,
          `is not told of "${title}": ${without}`,
          `tick it under "Subscribe to events": ${page}`,
        );
      });
  const missing = [...permissions, ...events];
  const name = `${app.slug} (${app.id})`;
  return [
    good(aboutApp, missing.length === 0 ? `${name}: may all it needs` : `${name}: the key is its own`),
    ...missing,
  ];
}

const wordsOf = (level: 'read' | 'write'): string => (level === 'write' ? 'read and write' : 'read');

/** What one account has granted may be less than the App asks for: new permissions have to be accepted there. */
export function judgeInstallations(
  app: AppFacts,
  installations: readonly InstallationFacts[],
  web: string,
): Finding[] {
  const about = 'installations';
  if (installations.length === 0)
    return [
      bad(
        about,
        'the App is installed nowhere, so that it sees no repository',
        `install it: ${pages.install(web, app.slug)}`,
      ),
    ];
  return installations.flatMap(installation => {
    const { account, html_url, repository_selection: selection, suspended_at } = installation;
    const login = account?.login ?? 'an enterprise';
    if (suspended_at !== null)
      return [bad(about, `${login} has suspended it: nothing is tested there`, `lift that: ${html_url}`)];
    const pending = missingPermissions(installation.permissions)
      .filter(name => !missingPermissions(app.permissions).includes(name))
      .map(name => `"${appPermissions[name].title}"`);
    if (pending.length > 0)
      return [
        warning(
          about,
          `${login} has not accepted ${pending.join(', ')} yet`,
          `an owner of it accepts that: ${html_url}`,
        ),
      ];
    return [good(about, `${login}: ${selection === 'all' ? 'all repositories' : 'chosen repositories'}`)];
  });
}

export const notInstalled = (fullName: string, app: AppFacts, web: string): Finding =>
  bad(
    'repositories',
    `${fullName} does not exist, or the App is not installed for it: it is not tested`,
    `add it: ${pages.install(web, app.slug)}`,
  );
