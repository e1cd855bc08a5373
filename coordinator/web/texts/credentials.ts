/** All text of the Credentials page; what each kind is stands in `shared/credentials.ts`. */
export const credentials = {
  title: 'Credentials',
  about:
    'What opens something of this coordinator now: who holds it, for how long, and how it is taken back. No value of any is shown.',
  groups: {
    root: {
      title: 'Root keys',
      about: 'They end when they are replaced. Nobody but the owner of their files may read them.',
    },
    coordinator: { title: 'Of the coordinator', about: 'Renewed by itself.' },
    people: { title: 'Of people and programs', about: 'Sessions, tokens and links, each with a role.' },
    hosts: { title: 'Of hosts', about: 'Removing a host ends its own at once.' },
    machines: { title: 'Of machines', about: 'They end with their machine or its attempt.' },
  },
  revoked: (how: string) => `Taken back: ${how}`,
  mode: (mode: string | null, isTooOpen: boolean) =>
    isTooOpen ? `mode ${mode ?? ''}, too open` : mode === null ? 'no file' : `mode ${mode}`,
  since: 'since',
  used: 'used',
  never: 'until it is replaced',
  endsIn: (length: string) => `ends in ${length}`,
  over: 'has ended',
  tooOpen: 'Others than their owner may read a file with a key.',
  tooOpenHint:
    'Close it on the computer of the coordinator, and replace the key where somebody may have read it:',
  all: (count: number) => `Show all ${count}`,
  cut: 'There are more than are listed here.',
  hint: 'The same in the terminal; it ends with 1 where a file is too open:',
  command: 'paddock credentials --long',
} as const;
