import type { Finding } from '#shared/diagnosis.ts';
import type { Colors } from './terminal.ts';
import { pad, textWidth } from './text-width.ts';

const signs = { good: '✓', warning: '!', bad: '✕' } as const;

function paintOf(state: Finding['state'], colors: Colors): (text: string) => string {
  if (state === 'good') return colors.green;
  return state === 'warning' ? colors.yellow : colors.red;
}

/** One line for each, what to do about it under it. */
export function findingLines(findings: readonly Finding[], colors: Colors): string[] {
  const widest = Math.max(...findings.map(({ about }) => textWidth(about)));
  return findings.flatMap(({ about, state, text, remedy }) => [
    `${paintOf(state, colors)(signs[state])} ${pad(about, widest)}  ${text}`,
    ...(remedy === null ? [] : [`  ${pad('', widest)}  ${colors.dim(remedy)}`]),
  ]);
}
