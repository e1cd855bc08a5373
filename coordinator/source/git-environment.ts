import type { CloneUrlPolicy } from './clone-url.ts';

/** One line of git configuration; a key may come more than once. */
export type GitSetting = readonly [key: string, value: string];

/** What a git child needs of the coordinator's environment; no token, no home, no configuration of a user's git. */
const inherited = ['PATH', 'TMPDIR', 'SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const proxies = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

/**
 * Old, well-known blemishes of authors, dates and modes, which real repositories carry for ever; every other complaint of
 * fsck refuses the pack.
 */
const blemishes = [
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badTimezone',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'multipleAuthors',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
];

const fixedSettings: readonly GitSetting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['core.askPass', ''],
  // A redirect could carry the credential, or the coordinator itself, to a host that nobody named.
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '60'],
  ['protocol.version', '2'],
  ['protocol.allow', 'never'],
  ['transfer.fsckObjects', 'true'],
  ...blemishes.map((name): GitSetting => [`fetch.fsck.${name}`, 'ignore']),
  // Maintenance has its own moment; a background gc would outlive the call that started it.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // Archives with the modes of a checkout under the usual umask.
  ['tar.umask', '0022'],
];

const schemesOf = ({ allowLocal, allowSsh }: CloneUrlPolicy): string[] =>
  ['https', 'http', 'git'].concat(allowLocal ? ['file'] : [], allowSsh ? ['ssh'] : []);

/** Settings of every git child: nothing from the system or a user, no helper, no hook, only the transports of the policy. */
export const gitSettings = (policy: CloneUrlPolicy): GitSetting[] => [
  ...fixedSettings,
  ...schemesOf(policy).map((scheme): GitSetting => [`protocol.${scheme}.allow`, 'always']),
];

/**
 * The whole environment of a git child. Settings travel in it and not in argv (git ≥ 2.31 reads `GIT_CONFIG_COUNT`),
 * because some are secrets and every user of the machine can read argv.
 */
export function gitEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  settings: readonly GitSetting[],
): Record<string, string> {
  const names = [...inherited, ...proxies, ...proxies.map(name => name.toUpperCase())];
  const kept = names.flatMap(name => (parent[name] === undefined ? [] : [[name, parent[name]]]));
  const entries = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(entries),
  };
}
