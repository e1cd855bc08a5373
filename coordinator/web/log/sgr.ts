/**
 * How text looks, and what the parameters of SGR ("select graphic rendition", ECMA-48 8.3.117) make of it. What does not
 * belong on a page is left out: nothing blinks, and text that wants to be hidden is shown.
 */

/** 0 to 255: a colour of the palette; a string: `#rrggbb`. */
export type Colour = number | string;

export type Look = {
  colour: Colour | null;
  ground: Colour | null;
  isBold: boolean;
  isDim: boolean;
  isItalic: boolean;
  isUnderlined: boolean;
  isStruck: boolean;
  isInverse: boolean;
};

export const plain: Look = {
  colour: null,
  ground: null,
  isBold: false,
  isDim: false,
  isItalic: false,
  isUnderlined: false,
  isStruck: false,
  isInverse: false,
};

const attributes: Record<number, Partial<Look>> = {
  0: plain,
  1: { isBold: true },
  2: { isDim: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  7: { isInverse: true },
  9: { isStruck: true },
  21: { isUnderlined: true },
  22: { isBold: false, isDim: false },
  23: { isItalic: false },
  24: { isUnderlined: false },
  27: { isInverse: false },
  29: { isStruck: false },
  39: { colour: null },
  49: { ground: null },
};

/** Each group is one parameter with what stands behind its colons. */
export function lookAfter(look: Look, groups: readonly (readonly string[])[]): Look {
  let after = look;
  for (let at = 0; at < groups.length; ) {
    const [code = '', ...rest] = groups[at] ?? [];
    const number = Number(code);
    if (number === 38 || number === 48) {
      // The colour in the same group, or, as most programs write it, in the parameters that follow.
      const isGrouped = rest.length > 0;
      const values = isGrouped ? rest : groups.slice(at + 1, at + 5).map(([value = '']) => value);
      const { colour, taken } = extended(values, isGrouped);
      if (colour !== null) after = { ...after, [number === 38 ? 'colour' : 'ground']: colour };
      at += isGrouped ? 1 : 1 + taken;
    } else {
      after = changed(after, number, rest);
      at += 1;
    }
  }
  return after;
}

function changed(look: Look, code: number, [style]: readonly string[]): Look {
  if (code === 4 && style === '0') return { ...look, isUnderlined: false };
  if (code >= 30 && code <= 37) return { ...look, colour: code - 30 };
  if (code >= 40 && code <= 47) return { ...look, ground: code - 40 };
  if (code >= 90 && code <= 97) return { ...look, colour: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { ...look, ground: code - 100 + 8 };
  const attribute = attributes[code];
  return attribute ? { ...look, ...attribute } : look;
}

/** `5;n` or `2;r;g;b`; with colons a colour space may stand before the red. */
function extended(values: readonly string[], isGrouped: boolean): { colour: Colour | null; taken: number } {
  const [mode, ...rest] = values;
  if (mode === '5') return { colour: byteOf(rest[0]), taken: 2 };
  if (mode !== '2') return { colour: null, taken: 1 };
  const channels = (isGrouped && rest.length > 3 ? rest.slice(1, 4) : rest.slice(0, 3)).map(byteOf);
  const isWhole = channels.length === 3 && channels.every(channel => channel !== null);
  const hex = channels.map(channel => (channel ?? 0).toString(16).padStart(2, '0')).join('');
  return { colour: isWhole ? `#${hex}` : null, taken: 4 };
}

function byteOf(text = ''): number | null {
  const value = text === '' ? 0 : Number(text);
  return Number.isInteger(value) && value >= 0 && value <= 255 ? value : null;
}

const levels = [0, 95, 135, 175, 215, 255];

/** The colours of the palette from 16 on, which are the same everywhere; the first 16 belong to the theme. */
export function paletteColour(index: number): string {
  const cube = index - 16;
  const grey = 8 + (index - 232) * 10;
  const channels =
    index >= 232
      ? [grey, grey, grey]
      : [levels[Math.floor(cube / 36)], levels[Math.floor(cube / 6) % 6], levels[cube % 6]];
  return `rgb(${channels.join(' ')})`;
}
