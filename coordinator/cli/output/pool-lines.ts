/** Pools as lines of a terminal. Pure. */
import type { PoolDetail, PoolView } from '#shared/fleet-api.ts';
import { machinesIn, reasonOf } from '#shared/fleet-words.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { ageText } from './age.ts';
import { type Fact, factLines, heldFacts, machineCountsText } from './facts.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';

export function poolTable(pools: readonly PoolView[], colors: Colors, width: number): string[] {
  const rows = pools.map((pool): Cell[] => [
    signOf(pool, colors),
    pool.image,
    texts.machinesOf(machinesIn(pool.machines), pool.max),
    machineCountsText(pool.machines),
    texts.kept(pool.warm),
    texts.queued(pool.queued),
    remarkOf(pool),
  ]);
  return table(rows, [{}, {}, {}, {}, {}, {}, { gives: true }], width);
}

/** How the pool stands. */
export function poolLines(pool: PoolView, colors: Colors, width: number, now: number): string[] {
  const sign = signOf(pool, colors);
  const count = machinesIn(pool.machines);
  const there = count === 0 ? texts.noMachines : machineCountsText(pool.machines);
  const facts: Fact[] = [
    [texts.facts.holds, texts.limitsOf(pool)],
    ...(pool.changedAt === null ? [] : [configuredFact(pool, pool.changedAt, now)]),
    ...(pool.hosts === null ? [] : [[texts.facts.hosts, pool.hosts.join(', ')] as const]),
    ...needsFacts(pool),
    ...(isOverruled(pool)
      ? [[texts.facts.warm, texts.keepsNone(pool.image, pool.configured.warm)] as const]
      : []),
    [texts.facts.there, `${texts.machinesOf(count, pool.max)}${count === 0 ? '' : `: ${there}`}`],
    [texts.facts.wanted, texts.wish(pool)],
    [texts.facts.limit, limitText(pool)],
    ...heldFacts(
      pool.failing?.isQuarantined ? texts.facts.quarantine : texts.facts.failing,
      pool.failing,
      now,
    ),
    ...(pool.emulatedOn.length === 0
      ? []
      : [[texts.facts.speed, texts.emulatedOn(pool.emulatedOn.join(', '))] as const]),
  ];
  const heading = `${sign.paint(sign.text)} ${colors.bold(pool.image)} · ${texts.driver(pool.driver, '')}`;
  return [pool.isPaused ? `${heading} · ${texts.paused}` : heading, ...factLines(facts, colors, width)];
}

/** More are configured than the image lets be kept. */
const isOverruled = ({ keepsNone, configured }: PoolView): boolean => keepsNone && configured.warm > 0;

function needsFacts({ needs }: PoolView): Fact[] {
  const text = texts.needs(needs);
  return text === '' ? [] : [[texts.facts.needs, text]];
}

/** The same with the newest decisions of the planner, and of admins. */
export function whyLines(pool: PoolDetail, colors: Colors, width: number, now: number): string[] {
  const decisions = pool.decisions.map((decision): Cell[] => [
    '',
    { text: ageText(now - decision.at), paint: colors.dim },
    decision.type,
    reasonOf(decision),
  ]);
  return [
    ...poolLines(pool, colors, width, now),
    '',
    colors.bold(texts.decisions),
    ...(decisions.length > 0
      ? table(decisions, [{}, { align: 'right' }, {}, { gives: true }], width)
      : [`  ${texts.noDecisions}`]),
  ];
}

const configuredFact = ({ image, configured }: PoolView, changedAt: number, now: number): Fact => [
  texts.facts.configured,
  `${texts.limitsOf(configured)}; ${texts.changed(ageText(now - changedAt), image)}`,
];

const limitText = ({ missing, room, limit: { text } }: PoolView): string =>
  missing > 0 ? texts.missing(missing, text) : texts.roomForMore(room, text);

function remarkOf({ missing, isPaused, changedAt, limit }: PoolView): string {
  if (isPaused) return texts.paused;
  if (missing > 0) return texts.missing(missing, limit.text);
  return changedAt === null ? '' : texts.scaled;
}

const signOf = ({ isPaused, missing, limit }: PoolView, colors: Colors): Exclude<Cell, string> => {
  if (isPaused) return { text: '◇', paint: colors.yellow };
  // As many as it may have is no trouble; fewer than that is.
  return missing > 0 && limit.kind !== 'max-reached'
    ? { text: '✕', paint: colors.red }
    : { text: '✓', paint: colors.green };
};
