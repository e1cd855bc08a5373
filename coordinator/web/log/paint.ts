/** A look as class names, and its colours as their variables. */
import type { CSSProperties } from 'react';
import { type Colour, type Look, paletteColour } from './sgr.ts';

export type Paint = { className: string; style: CSSProperties | undefined };

/** The first colours of the palette have names, and are the theme's. */
const named = 16;
const namedClass = { colour: 'log-named', ground: 'log-named-ground' };

const painted = new WeakMap<Look, Paint>();

export function paintOf(look: Look): Paint {
  const known = painted.get(look);
  if (known) return known;
  const classes: string[] = [];
  const style: Record<string, string> = {};
  const [colour, ground] = look.isInverse ? [look.ground, look.colour] : [look.colour, look.ground];
  colourIn('colour', colour);
  colourIn('ground', ground);

  function colourIn(part: 'colour' | 'ground', value: Colour | null): void {
    if (value === null) return;
    const isNamed = typeof value === 'number' && value < named;
    classes.push(isNamed ? namedClass[part] : `log-${part}`);
    style[`--${part}`] = isNamed
      ? `var(--ansi-${value})`
      : typeof value === 'number'
        ? paletteColour(value)
        : value;
  }

  if (look.isInverse && colour === null) classes.push('log-colour-of-ground');
  if (look.isInverse && ground === null) classes.push('log-ground-of-text');
  if (look.isBold) classes.push('log-bold');
  if (look.isDim) classes.push('log-dim');
  if (look.isItalic) classes.push('log-italic');
  if (look.isUnderlined) classes.push('log-underlined');
  if (look.isStruck) classes.push('log-struck');
  const made = {
    className: classes.join(' '),
    style: Object.keys(style).length > 0 ? (style as CSSProperties) : undefined,
  };
  painted.set(look, made);
  return made;
}
