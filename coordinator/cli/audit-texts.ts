/** What `paddock audit` says in words of its own, ready for translation. All functions are pure. */
import { examples } from './help-texts.ts';

export const auditTexts = {
  none: 'there are no such entries',
  more: (seq: number) => `more: --before ${seq}`,
  by: (ways: string, address: string | null) => (address === null ? ways : `${ways} ${address}`),
  ways: { web: 'web', api: 'api', cli: 'cli', github: 'github', coordinator: 'here' },
  change: (before: string, after: string) => `${before} → ${after}`,
  nothing: 'nothing',
  whole: (entries: number, first: number | null, last: number) =>
    entries === 0
      ? 'the audit log is empty'
      : `${entries === 1 ? '1 entry' : `${entries} entries`}, from ${first} to ${last}, as they were written`,
  digest: (seq: number, digest: string) => `known ${seq}:${digest}`,
  keep: 'keep that line elsewhere: paddock audit verify --known says whether it still is so',
  broken: (why: string) => `the audit log is broken: ${why}`,
  brokenHint:
    'compare with an export, or with the log of the coordinator, which tells the digest once an hour',
  badFilter: (option: string, message: string) => `${option}: ${message}`,
  badKnown: 'expected what verify printed: 812:ab12…',
  hints: { help: 'paddock audit list --help', acts: 'docs/audit.md' },
} as const;

export const auditHelp = {
  audit: {
    summary: 'who did what: every act that needs a permission',
    after: examples(
      'paddock audit list --since 7d --act secret',
      'paddock audit verify',
      'paddock audit export > audit.ndjson',
    ),
  },
  list: {
    summary: 'list acts, the newest first',
    text: 'Lists who did what, by which way, and how it was before. Options that are named have to fit all. docs/audit.md has the names of all acts.',
    after: examples(
      'paddock audit list --actor octocat --since 2026-11-01',
      'paddock audit list --act secret.set --repository acme/rocket',
      'paddock audit list --outcome refused --json',
    ),
  },
  actor: 'a name, or the id of a person, token or session',
  act: 'one act such as secret.set, or all that begin so: secret',
  subject: 'what it was done to: a run, a host, a name',
  repository: 'in a repository',
  outcome: 'done, refused or failed',
  since: 'a day, a time, or how long ago: 7d',
  until: 'the same, for its end',
  before: 'entries before this number',
  verify: {
    summary: 'whether the log is as it was written, and where it is not',
    text: 'Computes each digest anew. What is broken is said, with the entry from which on nothing is certain; the exit code is 1 then. Whoever can write to the database can also write the log anew from its beginning: keep the line that is printed elsewhere, and give it to --known.',
    after: examples('paddock audit verify', 'paddock audit verify --known 812:ab12…'),
  },
  known: 'an entry as verify has printed it before',
  export: {
    summary: 'print entries as lines of JSON, the oldest first',
    text: 'Prints every entry that fits as one line of JSON, to keep it elsewhere. That it was exported is an entry itself.',
    after: examples('paddock audit export --since 30d > audit.ndjson'),
  },
} as const;
