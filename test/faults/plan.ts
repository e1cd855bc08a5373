/** What happens in one life of a fleet: a pure function of its seed, so that a life that went wrong can be had again. */
import { between, pick, type Random, randomFrom } from '#test/support/random.ts';

export const processes = ['coordinator', 'nats-server', 'host', 'guest', 'step'] as const;
export type ProcessName = (typeof processes)[number];

export const ways = ['nats', 'machines', 'git', 'bus'] as const;
/** `bus` is the coordinator's own connection to nats-server, which no link can stand in. */
export type Way = (typeof ways)[number];
export type LinkName = Exclude<Way, 'bus'>;

export type Trouble =
  | { type: 'broken'; status: 500 | 502 | 503; times: number }
  | { type: 'secondary-limit'; status: 403 | 429; retryAfterSeconds: number }
  | { type: 'reset' }
  | { type: 'lost-answer'; times: number }
  | { type: 'down' }
  | { type: 'slow' };

export type Fault = { atMs: number; forMs: number } & (
  | { kind: 'kill'; process: ProcessName }
  | { kind: 'freeze'; process: ProcessName }
  | { kind: 'restart'; process: 'nats-server' | 'coordinator' }
  | { kind: 'reset'; way: Way }
  | { kind: 'partition'; links: LinkName[]; directions: ('there' | 'back')[] }
  | { kind: 'slow-link'; links: LinkName[]; delayMs: number }
  | { kind: 'disk-full'; disk: 'coordinator' | 'machines' }
  | { kind: 'clock-step'; seconds: number }
  | { kind: 'github'; trouble: Trouble }
);
export type FaultKind = Fault['kind'] | 'deliveries';

export const stories = ['passes', 'fails', 'prints-much', 'supersedes', 'closes', 'lands'] as const;
export type StoryName = (typeof stories)[number];

export type Plan = {
  seed: number;
  story: StoryName;
  faults: Fault[];
  /** Every delivery of one event comes in any order; so many of them come again, at any time. */
  mail: { isShuffled: boolean; repeats: number };
};

/** How long a life that nothing happens to takes: faults fall anywhere in it, and a little after it. */
const lengthMs: Record<StoryName, number> = {
  passes: 3_000,
  fails: 3_000,
  'prints-much': 4_000,
  supersedes: 4_500,
  closes: 3_500,
  lands: 6_500,
};

/** Kinds in the proportion in which they are drawn. */
const kinds: readonly Fault['kind'][] = [
  ...Array.from({ length: 6 }, () => 'kill' as const),
  ...Array.from({ length: 4 }, () => 'freeze' as const),
  ...Array.from({ length: 2 }, () => 'restart' as const),
  ...Array.from({ length: 3 }, () => 'reset' as const),
  ...Array.from({ length: 3 }, () => 'partition' as const),
  ...Array.from({ length: 2 }, () => 'slow-link' as const),
  ...Array.from({ length: 2 }, () => 'disk-full' as const),
  ...Array.from({ length: 2 }, () => 'clock-step' as const),
  ...Array.from({ length: 3 }, () => 'github' as const),
];

/** `isShort`: nothing that lasts, for a slice that has to be over soon. */
export function planOf(seed: number, { isShort = false } = {}): Plan {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1));
  const story = pick(random, stories);
  const count = pick(random, [1, 1, 1, 2, 2, 3]);
  const faults = Array.from({ length: count }, () => draw(random, lengthMs[story], isShort));
  const hasOddMail = random() < 0.3;
  return {
    seed,
    story,
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    mail: { isShuffled: hasOddMail, repeats: hasOddMail ? between(random, 1, 4) : 0 },
  };
}

function draw(random: Random, lengthMs: number, isShort: boolean): Fault {
  const kind = pick(random, kinds);
  const atMs = between(random, 0, lengthMs);
  const forMs = lasting(random, isShort);
  const at = { atMs, forMs };
  switch (kind) {
    case 'kill':
      return { ...at, forMs: 0, kind, process: pick(random, processes) };
    case 'freeze':
      return { ...at, kind, process: pick(random, processes) };
    case 'restart':
      return { ...at, forMs: 0, kind, process: pick(random, ['nats-server', 'coordinator'] as const) };
    case 'reset':
      return { ...at, forMs: 0, kind, way: pick(random, ways) };
    case 'partition':
      return { ...at, kind, links: someLinks(random), directions: pick(random, directions) };
    case 'slow-link':
      return { ...at, kind, links: someLinks(random), delayMs: between(random, 20, 400) };
    case 'disk-full':
      return { ...at, forMs: Math.min(forMs, 6_000), kind, disk: pick(random, ['coordinator', 'machines']) };
    case 'clock-step':
      return { ...at, kind, seconds: pick(random, [-7_200, -600, -20, 20, 600, 7_200]) };
    case 'github':
      return { ...at, forMs: Math.min(forMs, 8_000), kind, trouble: someTrouble(random) };
  }
}

/** Mostly seconds; at times longer than a lease. */
function lasting(random: Random, isShort: boolean): number {
  const isLong = random() < 0.12;
  const short = between(random, 200, isShort ? 1_500 : 5_000);
  return isLong && !isShort ? 45_000 : short;
}

const directions: ('there' | 'back')[][] = [['there'], ['back'], ['there', 'back']];

const someLinks = (random: Random): LinkName[] =>
  pick(random, [['nats'], ['machines'], ['git'], ['nats', 'machines'], ['nats', 'machines', 'git']]);

function someTrouble(random: Random): Trouble {
  const type = pick(random, ['broken', 'secondary-limit', 'reset', 'lost-answer', 'down', 'slow'] as const);
  switch (type) {
    case 'broken':
      return { type, status: pick(random, [500, 502, 503]), times: between(random, 1, 3) };
    case 'secondary-limit':
      return { type, status: pick(random, [403, 429]), retryAfterSeconds: between(random, 1, 4) };
    case 'lost-answer':
      return { type, times: between(random, 1, 2) };
    case 'reset':
    case 'down':
    case 'slow':
      return { type };
  }
}

/** One fault in a line of the report. */
export function faultText(fault: Fault): string {
  const { atMs, forMs } = fault;
  const when = `at ${atMs} ms${forMs ? ` for ${forMs} ms` : ''}`;
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
    case 'restart':
      return `${fault.kind} ${fault.process} ${when}`;
    case 'reset':
      return `reset ${fault.way} ${when}`;
    case 'partition':
      return `partition ${fault.links.join('+')} (${fault.directions.join('+')}) ${when}`;
    case 'slow-link':
      return `slow-link ${fault.links.join('+')} by ${fault.delayMs} ms ${when}`;
    case 'disk-full':
      return `disk-full ${fault.disk} ${when}`;
    case 'clock-step':
      return `clock-step by ${fault.seconds} s ${when}`;
    case 'github':
      return `github ${JSON.stringify(fault.trouble)} ${when}`;
  }
}

export const planText = ({ seed, story, faults, mail }: Plan): string =>
  [
    `seed ${seed}: ${story}`,
    ...faults.map(faultText),
    ...(mail.repeats > 0 ? [`deliveries in any order, ${mail.repeats} again`] : []),
  ].join('; ');

/** Whether the fault can take a running attempt away from its machine, or keep it silent for too long. */
export const canLose = (fault: Fault): boolean =>
  (fault.kind === 'kill' && ['guest', 'step'].includes(fault.process)) ||
  fault.kind === 'disk-full' ||
  (fault.kind !== 'clock-step' && fault.kind !== 'github' && fault.forMs > 15_000);
