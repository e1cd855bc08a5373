/** What each key does. `KeysDialog` shows the same list to people. */
import type { Choices } from './use-choices.ts';
import type { Moves } from './use-moves.ts';

export type KeyVerbs = {
  panel: { open(): void };
  moves: Moves;
  choices: Choices;
  turnFollow(): void;
  copyLink(): void;
  showKeys(): void;
};

export const keysOf = ({ panel, moves, choices, turnFollow, copyLink, showKeys }: KeyVerbs) => ({
  '/': panel.open,
  n: () => moves.byHit(1),
  N: () => moves.byHit(-1),
  g: () => moves.toRow(0),
  G: moves.toEnd,
  f: turnFollow,
  w: choices.turnWrap,
  t: choices.turnTime,
  '[': () => moves.byStep(-1),
  ']': () => moves.byStep(1),
  e: moves.toNextFailure,
  y: copyLink,
  '?': showKeys,
});
