/** A badge as a picture: two fields, each with its word. Nothing in it is loaded, and no text of strangers is markup. */
import type { BadgeWord } from '#shared/badge.ts';
import { limits } from '#shared/limits.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import { cut } from '#shared/words.ts';
import { html } from './html.ts';

/** White letters hold AA contrast on each. */
const colours: Record<BadgeWord, string> = {
  passing: '#25703c',
  failing: '#b92b26',
  errored: '#6f45b4',
  running: '#1b61b8',
  'no runs': '#66675f',
};

/** Colour is never alone: the word says it, and the sign does. */
const signs: Record<BadgeWord, string> = {
  passing: '✓',
  failing: '✕',
  errored: '⚡',
  running: '●',
  'no runs': '–',
};

/** At 11 px, as wide as the usual letters are; the text is fitted to it, whatever letters its reader has. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[ijl.,:;|!'()[\] ]/.test(character)
      ? 3.9
      : /[mwMW@%]/.test(character)
        ? 10
        : /[\u0020-\u007e]/.test(character)
          ? 7
          : 11;
  return Math.round(width);
}

export function badgeSvg(label: string, word: BadgeWord): string {
  const name = cut(withoutUnseen(label).trim(), limits.badgeLabelChars) || 'paddock';
  const said = `${signs[word]} ${word}`;
  const [left, right] = [widthOf(name), widthOf(said)];
  const middle = left + 14;
  const width = middle + right + 14;
  const sentence = `${name}: ${word}`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-label="${sentence}"><title>${sentence}</title><clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="${middle}" height="20" fill="#3a3b36"/><rect x="${middle}" width="${right + 14}" height="20" fill="${colours[word]}"/></g><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true"><text x="7" y="14" textLength="${left}">${name}</text><text x="${middle + 7}" y="14" textLength="${right}">${said}</text></g></svg>`
    .html;
}
