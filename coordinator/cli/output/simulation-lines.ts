/** A simulation as lines of a terminal. Pure. */
import { durationText } from '#shared/quantity-text.ts';
import type { Simulation } from '#shared/simulation.ts';
import { numberText, percentText, simulationTexts as texts } from '../simulation-texts.ts';
import { type Hint, hintsOf } from './simulation-hints.ts';
import { type Cell, type Column, table } from './table.ts';
import type { Colors } from './terminal.ts';
import { wrap } from './text-width.ts';

export function simulationLines(simulation: Simulation, colors: Colors, width: number): string[] {
  const { pools, total, hosts } = simulation;
  const isPriced = total.cost > 0;
  const rows = [
    headings(isPriced).map((text): Cell => ({ text, paint: colors.dim })),
    ...pools.map(pool => cellsOf(pool.image, pool, isPriced)),
    ...(pools.length > 1
      ? [cellsOf(texts.all, total, isPriced).map((text): Cell => ({ text, paint: colors.bold }))]
      : []),
  ];
  return [
    colors.bold(texts.heading(simulation)),
    '',
    ...table(rows, [{ gives: true }, ...Array<Column>(9).fill({ align: 'right' })], width),
    '',
    ...wrapped(texts.hosts(hosts), width),
    '',
    colors.bold(texts.hints),
    ...hintsOf(simulation).flatMap(hint => hintLines(hint, colors, width)),
  ];
}

function headings(isPriced: boolean): string[] {
  const { cost, ...columns } = texts.columns;
  return [...Object.values(columns), ...(isPriced ? [cost] : [])];
}

function cellsOf(name: string, figures: Simulation['total'], isPriced: boolean): string[] {
  const { jobs, waitMs, utilisation, machines, machineHours, cost } = figures;
  return [
    name,
    numberText(jobs),
    ...[waitMs?.p50, waitMs?.p95, waitMs?.max].map(ms => (ms === undefined ? texts.none : durationText(ms))),
    utilisation === null ? texts.none : percentText(utilisation),
    numberText(machines.made),
    numberText(machines.peak),
    texts.hours(machineHours),
    ...(isPriced ? [texts.cost(cost)] : []),
  ];
}

const signs = { bad: '✕', note: '!', good: '✓' } as const;

function hintLines({ kind, text }: Hint, colors: Colors, width: number): string[] {
  const paint = { bad: colors.red, note: colors.yellow, good: colors.green }[kind];
  const [first = '', ...rest] = wrapped(text, width - 4);
  return [`  ${paint(signs[kind])} ${first}`, ...rest.map(line => `    ${line}`)];
}

const wrapped = (text: string, width: number): string[] =>
  Number.isFinite(width) ? wrap(text, width) : [text];
