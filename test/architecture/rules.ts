/**
 * The arrows and habits of the house, as pure functions from the modules of the tree to the sentences that say what is
 * wrong. They are executed by `architecture.test.ts`, which also plants one violation of each kind.
 */
import { isBuiltin } from 'node:module';
import { findCycles } from './cycles.ts';
import type { Import, Module } from './read-module.ts';
import { isFeature, type Room, roomOf } from './rooms.ts';

/** Every broken rule, one sentence each, with the file, the line and what would be right. Empty: the house stands. */
export function violationsOf(modules: readonly Module[]): string[] {
  const graph = new Map(modules.map(({ path, imports }) => [path, imports.flatMap(i => i.target ?? [])]));
  const cycles = findCycles(graph).map(ring => `${ring[0]}: import cycle ${[...ring, ring[0]].join(' → ')}`);
  return [...modules.flatMap(violationsIn), ...cycles];
}

function violationsIn(module: Module): string[] {
  const room = roomOf(module.path);
  const wrongName = forbiddenName(module.path);
  const complaints = [
    ...(wrongName ? [`${module.path}: ${wrongName}`] : []),
    ...module.silencers.map(
      line => `${module.path}:${line}: a silenced check or a promise of work; do it now`,
    ),
  ];
  if (!room) return [...complaints, `${module.path}: belongs to no room of test/architecture/rooms.ts`];
  const broken = module.imports.flatMap(request => {
    const why = forbiddenImport(module.path, room, request);
    return why ? [`${module.path}:${request.line}: imports ${request.specifier}: ${why}`] : [];
  });
  return [...complaints, ...broken, ...forbiddenReads(module, room)];
}

const forbiddenNames = new Set(
  'utils util helpers helper common misc types type interfaces interface manager base index'.split(' '),
);

/** Kebab-case, and none of the names under which anything could be found. */
function forbiddenName(path: string): string | null {
  for (const segment of path.split('/')) {
    const stem = segment.split('.')[0] ?? '';
    if (forbiddenNames.has(stem)) return `"${stem}" names nothing; call it after what it does`;
    if (stem && !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(stem)) return `"${stem}" is not kebab-case`;
  }
  return null;
}

function forbiddenImport(path: string, room: Room, request: Import): string | null {
  return request.target === null
    ? forbiddenPackage(path, room, request.specifier)
    : forbiddenTarget(path, room, request.specifier, request.target);
}

/** The top folder; null for a file beside them, which has no `#` name and none to leave. */
const top = (path: string) => (path.includes('/') ? path.split('/')[0] : null);

function forbiddenTarget(path: string, room: Room, specifier: string, target: string): string | null {
  if (!/\.[a-z]+$/.test(target)) return 'an import names a file, with its ending';
  const isAcross = top(path) !== null && top(path) !== top(target);
  if (isAcross && !specifier.startsWith('#')) return `across folders it is #${target}`;
  const isDeep = room.sees === 'everything'; // From deep inside test/ a name reads better than a row of dots.
  if (!isAcross && !isDeep && specifier.startsWith('#')) return 'inside a folder the path is relative';
  const goal = roomOf(target);
  if (!goal) return 'its target belongs to no room';
  if (goal.name === room.name || room.sees === 'everything' || room.sees.includes(goal.name)) return null;
  if (isFeature(room) && isFeature(goal))
    return 'features do not import each other; the root hands over functions';
  return `${room.name} does not see ${goal.name}`;
}

/** Who may use a library that belongs to one adapter. Tests may use every one of them. */
const keepers: [packages: RegExp, rooms: RegExp, why: string][] = [
  [/^(?:kysely|pg|node:sqlite)(?:\/|$)/, /^coordinator\/store$/, 'SQL lives only in coordinator/store'],
  [/^@nats-io\//, /^(?:coordinator\/bus|agent(?:\/.+)?)$/, 'NATS lives only in coordinator/bus and agent'],
];

/** Rooms whose whole list of packages is fixed: what they weigh and where they run depends on it. */
const pantries: [room: string, packages: RegExp, why: string][] = [
  ['shared', /^zod$/, 'the contract imports zod only'],
  [
    'agent/guest',
    /^(?:zod|tar|tinyglobby|@nats-io\/.+|node:.+)$/,
    'the guest stays small and runs on Node 18',
  ],
  [
    'coordinator/web',
    /^(?:zod|react|react-dom|@mantine\/.+|@tanstack\/.+|@fontsource-variable\/.+|@ansi-tools\/.+)(?:\/|$)/,
    'what the pages load is counted: a library gets its place here on purpose',
  ],
  ['agent', /^(?:zod|@nats-io\/.+|node:.+)$/, 'the guest stays small and runs on Node 18'],
];

function forbiddenPackage(path: string, room: Room, specifier: string): string | null {
  if (isBuiltin(specifier) && !specifier.startsWith('node:')) return `say node:${specifier}`;
  if (room.sees === 'everything') return null;
  if (room.name === 'coordinator/web' && isBuiltin(specifier)) return `${path} runs in a browser`;
  for (const [packages, rooms, why] of keepers)
    if (packages.test(specifier) && !rooms.test(room.name)) return why;
  for (const [name, packages, why] of pantries)
    if (name === room.name && !packages.test(specifier)) return why;
  return null;
}

const mayReadEnv = /^coordinator\/(?:config\/config\.ts$|build\/bundle-(?:agents|web)\.ts$|setup\/|cli\/)/;

function forbiddenReads({ path, reads, computedImports }: Module, room: Room): string[] {
  const env = path.startsWith('coordinator/') && !mayReadEnv.test(path) ? reads.env : [];
  const isGuest = room.name === 'agent/guest' && !path.startsWith('agent/guest/platform/');
  const computed = room.sees === 'everything' ? [] : computedImports;
  return [
    ...env.map(line => `${path}:${line}: reads process.env; only config.ts does, the rest is handed over`),
    ...(isGuest ? reads.platform : []).map(
      line => `${path}:${line}: reads process.platform; only agent/guest/platform does`,
    ),
    ...computed.map(line => `${path}:${line}: imports a computed target, which nobody can check`),
  ];
}
