/** Hosts as lines of a terminal. Pure. */
import type { HostDetail, HostView } from '#shared/fleet-api.ts';
import { progressText } from '#shared/quantity-text.ts';
import { sizeText } from '#shared/size.ts';
import { shapes } from '#shared/words.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { ageText } from './age.ts';
import { type Fact, factLines, heldFacts, machineCountsText } from './facts.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';

export function hostTable(hosts: readonly HostView[], colors: Colors, width: number, now: number): string[] {
  const rows = hosts.map((host): Cell[] => [
    signOf(host, colors),
    host.name,
    standingText(host, now),
    systemText(host),
    roomText(host),
    [driversText(host), texts.labels(host.labels), texts.resources(host.resources)]
      .filter(Boolean)
      .join('; '),
    machineCountsText(host.machines) || texts.noMachines,
  ]);
  return table(rows, [{}, {}, {}, {}, { gives: true }, { gives: true }, {}], width);
}

export function hostLines(host: HostDetail, colors: Colors, width: number, now: number): string[] {
  const sign = signOf(host, colors);
  const machines = host.machineList.map((machine): Cell[] => [
    '',
    machine.status === 'busy' ? shapes.running : shapes.queued,
    machine.image,
    machine.status,
    ageText(now - machine.since),
    { text: machine.id, paint: colors.dim },
  ]);
  return [
    `${sign.paint(sign.text)} ${colors.bold(host.name)} · ${standingText(host, now)}`,
    ...factLines(
      [
        [texts.facts.id, host.id],
        [texts.facts.system, systemText(host)],
        [texts.facts.free, roomText(host)],
        [texts.facts.drivers, driversText(host)],
        ...traitFacts(host),
        ...host.imageFiles.map(filesFact),
        ...heldFacts(texts.facts.quarantine, host.quarantine, now),
        ...host.drivers.flatMap(processorsFact),
      ],
      colors,
      width,
    ),
    '',
    colors.bold(texts.machines),
    ...(machines.length > 0
      ? table(machines, [{}, {}, { gives: true }, {}, { align: 'right' }, {}], width)
      : [`  ${texts.noMachines}`]),
  ];
}

const signOf = ({ isConnected, isDraining, quarantine }: HostView, colors: Colors): Exclude<Cell, string> => {
  if (!isConnected || quarantine) return { text: '✕', paint: colors.red };
  return isDraining ? { text: '◇', paint: colors.yellow } : { text: '✓', paint: colors.green };
};

function standingText({ isConnected, isDraining, lastSeenAt, quarantine }: HostView, now: number): string {
  const connection =
    lastSeenAt === null
      ? texts.neverSeen
      : isConnected
        ? texts.connected
        : texts.silentFor(ageText(now - lastSeenAt));
  return [
    connection,
    ...(isDraining ? [texts.draining] : []),
    ...(quarantine ? [texts.inQuarantine] : []),
  ].join(', ');
}

const systemText = ({ system }: HostView): string => (system ? `${system.os} ${system.arch}` : '');

function roomText({ room, diskFreeMiB }: HostView): string {
  if (!room) return '';
  const { cpus, memoryMiB } = room;
  return texts.room({
    cpus: `${cpus.free} of ${cpus.total}`,
    memory: `${sizeText(memoryMiB.free)} of ${sizeText(memoryMiB.total)}`,
    disk: sizeText(diskFreeMiB ?? 0),
  });
}

function traitFacts({ labels, resources }: HostView): Fact[] {
  const facts: Fact[] = [
    [texts.facts.labels, texts.labels(labels)],
    [texts.facts.resources, texts.resources(resources)],
  ];
  return facts.filter(([, text]) => text !== '');
}

const filesFact = ({ images, download, message }: HostView['imageFiles'][number]): Fact => {
  const names = images.join(', ') || texts.formerImage;
  return message === null
    ? [texts.facts.fetches, `${names}${progressText(download)}`]
    : [texts.facts.cannotFetch, `${names}: ${message}`];
};

/** Of a driver whose machines need not have the host's own. */
function processorsFact({ architectures = [] }: HostView['drivers'][number]): Fact[] {
  if (architectures.length === 0) return [];
  const text = architectures.map(({ arch, isEmulated }) => texts.processor(arch, isEmulated)).join(', ');
  const isSlow = architectures.some(({ isEmulated }) => isEmulated);
  return [[texts.facts.processors, isSlow ? `${text} (${texts.slowness})` : text]];
}

const driversText = ({ drivers }: HostView): string =>
  drivers.map(({ name, isolation }) => texts.driver(name, isolation)).join(', ');
