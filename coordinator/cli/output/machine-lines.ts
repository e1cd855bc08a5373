/** Machines as lines of a terminal. Pure. */
import type { MachineDetail, MachineView } from '#shared/fleet-api.ts';
import { shapes } from '#shared/words.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { ageText } from './age.ts';
import { type Fact, factLines } from './facts.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';
import { clip, plain, wrap } from './text-width.ts';

export function machineTable(
  machines: readonly MachineView[],
  colors: Colors,
  width: number,
  now: number,
): string[] {
  const rows = machines.map((machine): Cell[] => [
    signOf(machine, colors),
    machine.image,
    machine.host,
    machine.hasFailed ? texts.failed : machine.status,
    ageText(now - machine.since),
    { text: machine.id, paint: colors.dim },
    machine.diagnosis ?? machine.reason ?? '',
  ]);
  return table(rows, [{}, {}, {}, {}, { align: 'right' }, {}, { gives: true }], width);
}

/** What it is, why it failed, the end of its console, its story. */
export function machineLines(machine: MachineDetail, colors: Colors, width: number, now: number): string[] {
  const sign = signOf(machine, colors);
  const status = texts.since(machine.status, ageText(now - machine.since));
  const standing = machine.hasFailed ? `${texts.failed}, ${status}` : status;
  return [
    `${sign.paint(sign.text)} ${colors.bold(machine.id)} · ${standing}`,
    ...factLines(factsOf(machine, now), colors, width),
    ...(machine.diagnosis === null ? [] : ['', ...wrap(plain(machine.diagnosis), width)]),
    ...(machine.hasFailed || machine.console ? ['', ...consoleLines(machine, colors, width)] : []),
    ...(machine.screen === null
      ? []
      : ['', colors.bold(texts.screen), `  ${texts.screenAt(machine.id, machine.screen.bytes)}`]),
    '',
    colors.bold(texts.events),
    ...eventLines(machine, colors, width, now),
  ];
}

const factsOf = ({ image, host, createdAt, reason, attempt }: MachineDetail, now: number): Fact[] => [
  [texts.facts.image, image],
  [texts.facts.host, host],
  [texts.facts.made, texts.ago(ageText(now - createdAt))],
  ...(attempt === null ? [] : [[texts.facts.attempt, attempt] as const]),
  ...(reason === null ? [] : [[texts.facts.reason, reason] as const]),
];

/** Of a console that the coordinator has made plain text; here nothing but plain lines is drawn all the same. */
function consoleLines({ console }: MachineDetail, colors: Colors, width: number): string[] {
  const heading = colors.bold(texts.console);
  if (console === null) return [heading, `  ${texts.noConsole}`];
  if (console.text === '') return [heading, `  ${texts.consoleEmpty}`];
  return [heading, ...console.text.split('\n').map(line => clip(`  ${plain(line)}`.trimEnd(), width))];
}

function eventLines({ events }: MachineDetail, colors: Colors, width: number, now: number): string[] {
  const rows = events.map(({ at, type, data = {} }): Cell[] => [
    '',
    { text: ageText(now - at), paint: colors.dim },
    type,
    typeof data.reason === 'string' ? data.reason : '',
  ]);
  return table(rows, [{}, { align: 'right' }, {}, { gives: true }], width);
}

function signOf({ status, hasFailed }: MachineView, colors: Colors): Exclude<Cell, string> {
  if (hasFailed) return { text: '✕', paint: colors.red };
  if (status === 'busy') return { text: shapes.running, paint: colors.blue };
  if (status === 'ready') return { text: '✓', paint: colors.green };
  return { text: status === 'gone' ? '–' : shapes.queued, paint: colors.dim };
}
