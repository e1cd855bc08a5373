/** What `paddock credentials` says in words of its own, ready for translation. All functions are pure. */
import { examples } from './help-texts.ts';

export const credentialTexts = {
  never: 'root key',
  ends: (age: string) => `ends in ${age}`,
  over: 'has ended',
  used: (age: string) => `used ${age === 'just now' ? age : `${age} ago`}`,
  since: (age: string) => `since ${age}`,
  mode: (mode: string | null, isTooOpen: boolean) =>
    isTooOpen ? `${mode ?? 'no file'}, too open` : (mode ?? 'no file'),
  detail: (scope: string, revoked: string) => `${scope}; taken back: ${revoked}`,
  count: (all: number, roots: number) =>
    `${all} credentials, ${roots} of them root keys that end when they are replaced`,
  cut: 'there are more than are listed here',
  tooOpen: (files: string) => `too open: ${files}`,
  tooOpenHint: (file: string) => `chmod 600 ${file}`,
} as const;

export const credentialHelp = {
  summary: 'every credential in force: who holds it, for how long, how it ends',
  text: 'Lists what opens something of this coordinator now: root keys with the modes of their files, sessions, tokens, links, logins of hosts and machines, tokens of attempts. No value of any is shown. docs/security.md has what each kind can do. The exit code is 1 where others than its owner may read a file with a key.',
  after: examples('paddock credentials', 'paddock credentials --long', 'paddock credentials --json'),
  long: 'with what each opens, and how it is taken back',
} as const;
