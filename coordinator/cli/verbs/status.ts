import { type SystemView, systemView } from '#shared/api.ts';
import { subjectText } from '#shared/forge-write.ts';
import { githubSentences } from '#shared/github-words.ts';
import { troublesOf } from '#shared/readiness.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { type Cell, table } from '../output/table.ts';
import type { Colors } from '../output/terminal.ts';
import { texts } from '../texts.ts';

/** How the coordinator stands: hosts, images, and what GitHub has not got. */
export async function status(context: Context, options: { json?: boolean }): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const system = await client.get('/api/v1/system', systemView);
  if (options.json) printJson(context, system);
  else
    for (const line of statusLines(system, client.url, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
  return exitCodes.ok;
}

export function statusLines(
  system: SystemView,
  url: string,
  colors: Colors,
  width: number,
  now: number,
): string[] {
  const { version, startedAt, bus, github, unsentWrites } = system;
  const good = { text: '✓', paint: colors.green };
  const bad = { text: '✕', paint: colors.red };
  return [
    `${colors.bold(texts.coordinatorAt(version, url))}${colors.dim(` · ${texts.upFor(ageText(now - startedAt))}`)}`,
    ...table(
      [['', bus === 'connected' ? good : bad, texts.bus(bus)], ...troubleRows(system, bad)],
      [{}, {}, {}],
      width,
    ),
    ...(github ? section(texts.github, githubRows(github, now, good, bad), '', colors, width) : []),
    ...section(texts.hosts, hostRows(system, now, good, bad), texts.noHosts, colors, width),
    ...section(texts.images, imageRows(system), texts.noImages, colors, width),
    ...(unsentWrites.length > 0 ? section(texts.unsent, unsentRows(system, bad), '', colors, width) : []),
  ];
}

/** What else keeps it from its work. */
const troubleRows = ({ parts }: SystemView, bad: Cell): Cell[][] =>
  troublesOf(parts.filter(({ part }) => part !== 'bus')).map(trouble => ['', bad, trouble]);

function section(name: string, rows: Cell[][], none: string, colors: Colors, width: number): string[] {
  const columns = [{}, {}, {}, { gives: true }, {}, {}];
  const lines = rows.length > 0 ? table(rows, columns, width) : [`  ${none}`];
  return ['', colors.bold(name), ...lines];
}

const githubRows = (
  github: NonNullable<SystemView['github']>,
  now: number,
  good: Cell,
  bad: Cell,
): Cell[][] =>
  githubSentences(github, now).map((sentence, index) => [
    '',
    index > 0 ? '' : isWell(github) ? good : bad,
    sentence,
  ]);

const isWell = ({ failure, refused, unlisted }: NonNullable<SystemView['github']>): boolean =>
  failure === null && refused === null && unlisted.length === 0;

const hostRows = ({ hosts, machines }: SystemView, now: number, good: Cell, bad: Cell): Cell[][] =>
  hosts.map(host => [
    '',
    host.isConnected ? good : bad,
    host.name,
    [
      host.isConnected ? texts.connected : texts.silentFor(ageText(now - host.lastSeenAt)),
      ...(host.isDraining ? [texts.draining] : []),
      texts.machines(machines.filter(machine => machine.host === host.id).length),
      host.drivers.map(({ name, isolation }) => texts.driver(name, isolation)).join(', '),
    ].join(' · '),
  ]);

const imageRows = ({ images, machines }: SystemView): Cell[][] =>
  images.map(({ name, os, arch, driver, queued, max }) => {
    const own = machines.filter(({ image }) => image === name);
    const busy = own.filter(machine => machine.status === 'busy').length;
    return [
      '',
      '',
      name,
      `${os} ${arch}`,
      texts.driver(driver, ''),
      texts.imageLoad({ machines: own.length, max, busy, queued }),
    ];
  });

const unsentRows = ({ unsentWrites }: SystemView, bad: Cell): Cell[][] =>
  unsentWrites.map(({ kind, repository, subject, context, status: fate, message, tries }) => [
    '',
    fate === 'dead' ? bad : '○',
    `${repository} ${subjectText(kind, subject)}`,
    texts.unsentWrite(context, tries, message),
  ]);
