/** What `paddock github` says in words of its own, ready for translation. All functions are pure. */
import type { CreatedApp, SecretRotation } from '#shared/github-app.ts';

export const githubTexts = {
  hints: {
    setup: 'paddock github setup --help',
    check: 'paddock github check',
    replace: 'paddock github setup --replace, or another --directory',
    rotate: 'paddock github rotate-secret',
    again: 'paddock github setup',
  },
  badPort: 'a port is a number from 0 to 65535',
  ask: {
    owner: 'Whose App shall it be?',
    ownAccount: 'mine',
    organization: 'of an organization',
    login: 'Which organization?',
    name: 'What shall it be called?',
    url: 'Where do GitHub and browsers reach this coordinator? (or a tunnel to it)',
    paste: 'Nothing happens in the browser? Paste the address it ended at:',
    something: 'something has to stand there',
    notOurs: 'that is neither the address that GitHub sent the browser to, nor a code',
    cancelled: 'nothing was made',
  },
  missing: (options: readonly string[]) =>
    `${options.join(' and ')} ${options.length === 1 ? 'is' : 'are'} missing, and there is no terminal to ask`,
  badOrganization: (login: string) => `${login} is no name of an organization`,
  bothOwners: '--organization and --own-account cannot both be',
  badName: 'the name of an App has 1 to 34 characters',
  badUrl: (text: string) => `${text} is no address: https://… without user name, query and fragment`,
  plainEnterprise: (url: string) => `${url} would send the App's key in the clear; give an https address`,
  unreachableUrl: (url: string) =>
    `GitHub cannot reach ${url}, which is this computer only; name a public address or that of a tunnel, or do without webhooks: --no-webhook`,
  open: 'Open this page; it leads to GitHub and back:',
  tunnel: (port: number) =>
    `without a browser here: ssh -L ${port}:127.0.0.1:${port} THIS-HOST, then open it there`,
  waitsForBrowser: 'waiting until GitHub has made the App; Ctrl-C leaves everything as it was',
  refused: 'somebody came back with an answer that is not of this set-up; it was not taken',
  openedTwice:
    'the link was opened twice, perhaps by somebody else, so that no answer is taken any more; nothing was made here, and if GitHub has made an App, delete it on its page; begin again',
  tooLate: 'nobody came back from GitHub within an hour',
  interrupted: 'interrupted before anything was made here; if GitHub has made the App, delete it on its page',
  made: ({ name, id, owner }: CreatedApp) => `made the App ${name} (${id})${owner ? ` of ${owner}` : ''}`,
  key: ({ privateKeyFile }: CreatedApp) => `its key: ${privateKeyFile}`,
  secret: ({ webhookSecretFile }: CreatedApp) =>
    webhookSecretFile === null ? 'no webhook' : `the webhook's secret: ${webhookSecretFile}`,
  clientSecret: ({ clientSecretFile }: CreatedApp) => `for people who sign in: ${clientSecretFile}`,
  written: (file: string) => `written into ${file}; it counts from the coordinator's next start`,
  put: (file: string) => `Put this into ${file}, and start the coordinator:`,
  install: 'Now install it for the repositories that shall be tested:',
  waitsForInstallation: 'waiting until it is installed; Ctrl-C does not wait',
  notInstalled: 'not installed yet, and everything else is there',
  afterwards: 'start the coordinator, then: paddock github check',
  allWell: 'all that is needed is there',
  lacking: (count: number) =>
    `${count} ${count === 1 ? 'thing keeps' : 'things keep'} Paddock from working with GitHub`,
  rotated: ({ step, file }: SecretRotation) =>
    step === 'second-made'
      ? `a second secret lies in ${file}; the coordinator has to know both`
      : 'GitHub signs with the second secret now, and the coordinator takes it',
  rotateNext: ({ step, isWritten }: SecretRotation, file: string) => {
    const config = isWritten ? `it is written into ${file}` : `put this into ${file}`;
    return step === 'second-made'
      ? `${config}; restart the coordinator, then once more: paddock github rotate-secret`
      : `${config}; from the next restart on the first one is not taken any more, and its file may go`;
  },
};
