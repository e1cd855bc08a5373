/** What `paddock github --help` says, ready for translation. */
import { examples } from './help-texts.ts';

export const githubHelpTexts = {
  github: {
    summary: 'connect GitHub: make the App, check it, change its secret',
    after: examples('paddock github setup', 'paddock github check', 'paddock github capabilities'),
  },
  setup: {
    summary: 'make the GitHub App of this coordinator, step by step',
    text: `Makes an App of yours on GitHub, with the permissions and events that Paddock needs: opens a page on this computer that hands them to GitHub, takes what GitHub answers, and keeps the App's key and the webhook's secret in files that only you can read. Then it leads to where the App is installed, waits for that, and says what is missing.

Asks on a terminal; options answer before it asks. Where there is no browser, open the link on another computer: ssh -L 7171:127.0.0.1:7171 HOST with --port 7171, or paste the address that the browser ended at.`,
    after: examples(
      'paddock github setup',
      'paddock github setup --organization acme --url https://ci.example.org --write',
      'paddock github setup --own-account --url https://ci.example.org --no-webhook',
      'paddock github setup --ghe https://github.example.org --organization acme',
    ),
  },
  organization: 'the organization that shall own the App',
  ownAccount: 'you shall own the App, and no organization',
  name: 'its name, at most 34 characters; GitHub asks for it once more',
  url: 'where GitHub and browsers reach the coordinator, or a tunnel to it',
  noWebhook: 'GitHub cannot reach the coordinator: it asks GitHub every 30 seconds',
  ghe: 'a GitHub Enterprise server, such as https://github.example.org',
  directory: 'where the key and the secret shall lie (github in the data directory)',
  write: 'write what belongs into the configuration, comments kept',
  replace: 'put it in the place of files and configuration that are there',
  port: 'of the page on this computer, for a tunnel to it (any free one)',
  code: 'the code that GitHub gave to another browser, instead of a page here; - reads it from standard input, as others on this computer can see arguments',
  noBrowser: 'only print the links',
  noWait: 'do not wait until the App is installed',
  check: {
    summary: 'say what GitHub lets this coordinator do, and what is missing',
    text: 'Looks at the App or the token of the configuration: permissions, events, installations, each configured repository, the webhook. Has GitHub send a ping once more, which shows whether it arrives and whether the secret is right. Says for all that is missing what does not work because of it, and where it is mended. Exit code 0 when nothing needful is missing, else 2.',
    after: examples('paddock github check', 'paddock github check --no-ping --json'),
  },
  noPing: 'send nothing: judge by what was sent last',
  rotate: {
    summary: 'change the secret of the webhook, and lose no delivery',
    text: `Called twice. First it makes a second secret, which the coordinator has to know beside the first: restart it. Then it tells GitHub, and has it send something again to see that the coordinator takes it; if not, GitHub gets the first one back. The first one may be dropped at the next restart: until then what was on its way is taken.`,
    after: examples('paddock github rotate-secret --write'),
  },
  capabilities: {
    summary: 'print what a token gives, and what an App',
    after: examples('paddock github capabilities', 'paddock github capabilities --json'),
  },
} as const;
