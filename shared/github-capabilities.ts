/** What each way of reaching GitHub gives: `paddock github capabilities` and the table of docs/github.md print this. */

export const githubModes = {
  classic: 'token, classic',
  fineGrained: 'token, fine-grained',
  app: 'App',
} as const;
export type GithubMode = keyof typeof githubModes;

/** `no` says why; `yes` may say what it takes. */
type Given = { has: 'yes' | 'no' | 'partly'; why: string };

const yes = (why = ''): Given => ({ has: 'yes', why });
const partly = (why: string): Given => ({ has: 'partly', why });
const no = (why: string): Given => ({ has: 'no', why });

export type Capability = { what: string } & Record<GithubMode, Given>;

export const githubCapabilities: readonly Capability[] = [
  {
    what: 'a status for each job, and `paddock` for all that is required',
    classic: yes('`repo:status`'),
    fineGrained: yes('*Commit statuses*: write'),
    app: yes(),
  },
  {
    what: 'a check for each run, with summary and buttons',
    classic: no('only Apps may write checks'),
    fineGrained: no('only Apps may write checks'),
    app: yes(),
  },
  {
    what: 'annotations beside the lines of failing tests and of what compilers said',
    classic: no('they belong to checks'),
    fineGrained: no('they belong to checks'),
    app: yes(),
  },
  {
    what: '"Re-run", "Retry failed" and "Approve" on GitHub',
    classic: no('use `/paddock retry` or `paddock rerun`'),
    fineGrained: no('use `/paddock retry` or `paddock rerun`'),
    app: yes(),
  },
  {
    what: "approval of a fork's commit",
    classic: yes('by comment, page and `paddock approve`'),
    fineGrained: yes('by comment, page and `paddock approve`'),
    app: yes('by the button of the check too'),
  },
  {
    what: 'answers and reactions to comments',
    classic: yes('`public_repo`, or `repo`'),
    fineGrained: yes('*Pull requests*: write'),
    app: yes(),
  },
  {
    what: 'merging, and the merge queue',
    classic: yes('`public_repo`, or `repo`'),
    fineGrained: yes('*Contents* and *Pull requests*: write'),
    app: yes(),
  },
  {
    what: "GitHub's own merge queue",
    classic: yes('the event *Merge groups* of the webhook'),
    fineGrained: yes('the event *Merge groups* of the webhook'),
    app: yes(),
  },
  {
    what: 'private repositories',
    classic: yes('`repo`: all that the person sees'),
    fineGrained: yes('*Contents*: read, of those that were chosen'),
    app: yes('of those where it is installed'),
  },
  {
    what: 'repositories of several owners',
    classic: yes(),
    fineGrained: no('a token has one owner'),
    app: yes('a short-lived token for each'),
  },
  {
    what: 'webhooks without a setting in each repository',
    classic: no('one is added to each repository'),
    fineGrained: no('one is added to each repository'),
    app: yes('it has one for all'),
  },
  {
    what: 'whether webhooks arrive, by `paddock github check`',
    classic: partly('where its owner administers the repository, with `admin:repo_hook`'),
    fineGrained: partly('*Webhooks*: read'),
    app: yes('a ping is sent once more'),
  },
  {
    what: 'another webhook secret by `paddock github rotate-secret`',
    classic: partly('the new one is typed in on GitHub'),
    fineGrained: partly('the new one is typed in on GitHub'),
    app: yes(),
  },
  {
    what: 'writes under a name of its own',
    classic: no("the person's"),
    fineGrained: no("the person's"),
    app: yes('`<name>[bot]`'),
  },
  {
    what: 'goes on when the person leaves, or the token ends',
    classic: no('with the account'),
    fineGrained: no('with the account, and after a year at most'),
    app: yes('tokens of an hour, made anew'),
  },
  {
    what: 'calls of the API in an hour',
    classic: partly("5,000, shared with all that the person's other tokens do"),
    fineGrained: partly("5,000, shared with all that the person's other tokens do"),
    app: yes('5,000 for each account, more for large ones'),
  },
];

const signs = { yes: '✓', partly: '(✓)', no: '–' } as const;

export const givenText = ({ has, why }: Given): string => [signs[has], why].filter(Boolean).join(' ');
