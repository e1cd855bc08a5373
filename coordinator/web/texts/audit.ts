/** All text of the Audit log page. */
import type { AuditActor, AuditOutcome, AuditWay } from '#shared/audit.ts';

const ways: Record<AuditWay, string> = {
  web: 'by a page',
  api: 'by the API',
  cli: 'by the command line',
  github: 'on GitHub',
  coordinator: 'by itself',
};

const outcomes: Record<AuditOutcome, string> = { done: 'done', refused: 'refused', failed: 'failed' };

const kinds: Record<AuditActor['kind'], string> = {
  'admin-token': 'by the token of the administrator',
  link: 'by a sign-in link',
  person: 'a person',
  token: 'by a token',
  github: 'an account of GitHub',
  stranger: 'not signed in',
  coordinator: 'the coordinator',
};

export const audit = {
  title: 'Audit log',
  about: 'Who did what, newest first: every act that needs a permission, sign-ins, and what was refused.',
  verify: 'paddock audit verify',
  verifyHint: 'Whether it is as it was written says',
  none: 'Nothing was done yet',
  noneHint:
    'Sign-ins, changes of hosts, images, secrets and roles, and what is refused, stand here from now on.',
  noneFits: 'No entry fits',
  noneFitsHint: 'Take a word out of the filter, or all of them.',
  older: 'Older entries',
  outcomes,
  ways,
  kinds,
  any: 'any',
  outcome: 'Outcome',
  actor: 'Who',
  act: 'Act',
  subject: 'What it was done to',
  repository: 'Repository',
  since: 'From',
  until: 'Until',
  clear: 'Clear',
  before: 'Before',
  after: 'After',
  nothing: '–',
  entry: 'Entry',
  when: 'When',
  by: 'By',
  from: 'From',
  code: 'Why',
  digest: 'Digest',
  details: (seq: number) => `Entry ${seq}`,
} as const;
