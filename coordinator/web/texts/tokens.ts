/** Text of tokens on the People page. */

import { plural } from './numbers.ts';
import { people } from './people.ts';

export const tokens = {
  title: 'Tokens',
  none: 'There are no tokens.',
  hint: 'A token is what a program sends as PADDOCK_TOKEN. Give it the least role that will do, and not for longer than it is needed.',
  madeBy: (name: string | null) => `made by ${name ?? people.administrator}`,
  ofProgram: 'of a program',
  ofPerson: 'of a person',
  ends: 'ends',
  endsIn: (days: number) => `ends in ${plural(days, 'day', 'days')}`,
  expired: 'expired',
  revoked: 'revoked',
  used: 'used',
  neverUsed: 'never used',
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke the token ${name}?`,
  revokeBody:
    'It is refused from the next request on, and cannot be given back. Whatever uses it stops working.',

  make: 'Make a token',
  name: 'Name',
  nameHint: 'What uses it, as in nightly-mirror',
  kind: 'Whose',
  kinds: {
    program: 'a program’s: it acts in its own name',
    personal: 'mine: what it does is done by me',
  },
  role: 'Role',
  pattern: 'Repositories',
  patternHint: 'acme/rocket, acme/* or *',
  lasts: 'Lasts',
  days: (days: number, until: string) => `${plural(days, 'day', 'days')}, until ${until}`,
  beyond: 'No token can do more than you can: you have a lesser role there, or none.',
  beyondProgram: 'A program is given a token by whoever has the role admin there.',
  notByHand: 'Tokens of your own are made when you have signed in by GitHub.',
  mayNot: 'Whoever has the role admin in a repository makes tokens of programs for it.',

  made: (name: string) => `The token ${name}`,
  once: 'This is the only time that it is shown.',
  onceHint:
    'Paddock keeps only its hash. Put it where the program finds it; if it is lost, make another one.',
  theToken: 'the token',
  use: 'A program sends it as',
  have: 'I have it',
} as const;
