/** The colours of both themes, read from the style sheet: what is read can be read (WCAG 2.2, 1.4.3 and 1.4.11). */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const css = await readFile(new URL('../../../coordinator/web/theme/tokens.css', import.meta.url), 'utf8');

function tokensOf(theme: 'light' | 'dark'): Map<string, string> {
  const block = css.slice(css.indexOf(`[data-mantine-color-scheme="${theme}"] {`)).split('}', 1)[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [name, hex]),
  );
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map(at => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map(each => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const surfaces = ['bg', 'panel', 'sunken'];
const outcomes = ['passed', 'failed', 'errored', 'running', 'queued', 'blocked', 'timeout', 'skipped'];
const texts = ['text', 'dim', 'faint', 'accent', ...outcomes];
const ownGround = [
  ...['passed', 'failed', 'errored', 'running', 'blocked', 'timeout'].map(name => [name, `${name}-bg`]),
  ['queued', 'quiet-bg'],
  ['dim', 'quiet-bg'],
  ['text', 'quiet-bg'],
  ['text', 'errored-bg'],
  ['accent-text', 'accent'],
  ['accent-text', 'accent-hover'],
];

test.each(['light', 'dark'] as const)('in the %s every text holds its ground on every surface', theme => {
  const tokens = tokensOf(theme);
  const colour = (name: string) => {
    const hex = tokens.get(name);
    if (!hex) throw new Error(`there is no --${name} in the ${theme} theme`);
    return hex;
  };
  const pairs = [...texts.flatMap(text => surfaces.map(surface => [text, surface])), ...ownGround];
  const faint = pairs
    .map(([text = '', ground = '']) => ({ text, ground, ratio: contrast(colour(text), colour(ground)) }))
    .filter(({ ratio }) => ratio < 4.5)
    .map(({ text, ground, ratio }) => `${text} on ${ground}: ${ratio.toFixed(2)}`);
  expect(faint).toEqual([]);
});

test('both themes have the same tokens', () =>
  expect([...tokensOf('dark').keys()]).toEqual([...tokensOf('light').keys()]));
