/** `npm run test:long -- soak`: 5,000 jobs on one fleet; what the processes hold and what lies on disk is looked at on the way. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '#coordinator/store/connect.ts';
import { listHosts, setDraining } from '#coordinator/store/hosts.ts';
import { busConnections } from '#test/support/fleet/bus-state.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { pidOf } from '#test/support/fleet/parts.ts';
import { processesOf } from '#test/support/fleet/processes.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { inspectable, liveMiB } from '#test/support/live-memory.ts';
import { openFiles, residentMiB } from '#test/support/process-facts.ts';
import { until } from '#test/support/until.ts';

const jobs = Number(process.env.PADDOCK_SOAK_JOBS ?? 5_000);
const perRun = 50;
const runsPerLook = 10;
const MiB = 1_024 ** 2;

/** After so many jobs caches are full and code is compiled; what grows from there on is held against its bound. */
const warmAfter = 1_000;

/** Growth over all jobs after the warm-up, at most: of memory in MiB, of files and connections in number. */
const bounds = {
  /**
   * After a collection of garbage. What still grows after the warm-up is bounded: 64 suite files as they were read (13 KiB
   * each, full at job 3,200), 512 objects of git (1.5 KiB each), 0.6 MiB of code that V8 goes on compiling. In all 2 MiB.
   */
  liveMiB: 4,
  coordinatorMiB: 40,
  hostMiB: 10,
  natsMiB: 5,
  files: 8,
  connections: 0,
  subscriptions: 0,
  processes: 0,
};
/** Of each job, on disk: its rows and events, its statuses, and its log within its row. */
const bytesPerJob = { database: 8 * 1_024, blobs: 64 };

type Look = Record<keyof typeof bounds, number> & { done: number; databaseMiB: number; blobsMiB: number };

async function look(fleet: Fleet, done: number): Promise<Look> {
  const [coordinator, host, nats] = [
    await pidOf(fleet, 'coordinator'),
    await pidOf(fleet, 'host'),
    await pidOf(fleet, 'nats-server'),
  ];
  const peers = await busConnections(fleet);
  return {
    done,
    liveMiB: Math.round(await liveMiB(fleet.coordinator)),
    coordinatorMiB: Math.round(residentMiB(coordinator) ?? 0),
    hostMiB: Math.round(residentMiB(host) ?? 0),
    natsMiB: Math.round(residentMiB(nats) ?? 0),
    files: openFiles(coordinator) + openFiles(host),
    connections: peers.length,
    subscriptions: peers.reduce((sum, peer) => sum + peer.subscriptions, 0),
    processes: processesOf(fleet.directory).length,
    databaseMiB: Math.round((10 * sizeOf(fleet.dataDir, /^paddock\.db/)) / MiB) / 10,
    blobsMiB:
      Math.round((10 * (sizeOf(join(fleet.dataDir, 'blobs')) + sizeOf(join(fleet.dataDir, 'logs')))) / MiB) /
      10,
  };
}

const sizeOf = (directory: string, name = /./): number =>
  readdirSync(directory, { withFileTypes: true })
    .filter(entry => name.test(entry.name))
    .map(entry => join(directory, entry.name))
    .reduce((sum, path) => sum + (statSync(path).isDirectory() ? sizeOf(path) : statSync(path).size), 0);

/** One in ten checks out a commit; the others are as lean as a job can be. */
const suiteOf = (number: number, index: number) => ({
  steps: [`echo run ${number}`],
  ...(index % 10 === 0 ? {} : { source: 'none' }),
});

/** One push of a commit with fifty suites to the default branch, tested to its end. */
async function fiftyJobs({ fake, origin, send, api }: Fleet, number: number): Promise<void> {
  const suites = Object.fromEntries(
    Array.from({ length: perRun }, (_, index) => [`suite-${index}`, suiteOf(number, index)]),
  );
  const sha = await origin.commit('main', `Run ${number}`, {
    '.paddock.yml': JSON.stringify({ version: 1, suites }),
  });
  await send(fake.github.push({ repository, branch: 'main', commits: [{ sha }] }));
  const isOver = async () => {
    const [run] = await api.runs(1);
    return run?.commit === sha && run.jobs.length === perRun && run.standing === 'passed';
  };
  await until(`run ${number} has passed`, isOver, { timeoutMs: 180_000, everyMs: 250 });
}

async function atRest(fleet: Fleet): Promise<void> {
  const haveLeft = async () => (await fleet.api.system()).unsentWrites.length === 0;
  await until('every status has left', haveLeft, { timeoutMs: 120_000, everyMs: 250 });
  const isIdle = async () => (await fleet.api.system()).machines.every(({ status }) => status === 'ready');
  await until('no machine is busy', isIdle, { timeoutMs: 60_000, everyMs: 250 });
}

/** Machines that stay go when their host is drained: a fleet is left as it was found. */
async function drainHosts({ dataDir }: Fleet): Promise<void> {
  const database = connect({ type: 'sqlite', file: join(dataDir, 'paddock.db') }, 'writer');
  try {
    for (const { id } of await listHosts(database)) await setDraining(database, id, true);
  } finally {
    await database.destroy();
  }
}

const tableOf = (looks: readonly Look[]): string => {
  const columns = Object.keys(looks[0] ?? {}) as (keyof Look)[];
  const lines = [columns.map(String), ...looks.map(one => columns.map(column => String(one[column])))];
  return lines
    .map(line => line.map((cell, index) => cell.padStart((columns[index] ?? '').length)).join('  '))
    .join('\n');
};

test(
  `${jobs} jobs leave nothing but their rows`,
  ({ task }) =>
    withFleet({ reuse: 'static', max: 4, environment: () => inspectable }, async fleet => {
      const looks: Look[] = [];
      for (let number = 1; number * perRun <= jobs; number++) {
        await fiftyJobs(fleet, number);
        if (number % runsPerLook !== 0) continue;
        await atRest(fleet);
        looks.push(await look(fleet, number * perRun));
        console.log(tableOf(looks.slice(-1)));
      }
      console.log(tableOf(looks));
      await drainHosts(fleet);
      const warm = looks.find(({ done }) => done >= warmAfter);
      const last = looks.at(-1);
      if (!warm || !last || warm === last) throw new Error('too few jobs to see anything grow');
      for (const [what, most] of Object.entries(bounds) as [keyof typeof bounds, number][])
        expect(last[what] - warm[what], `growth of ${what}`).toBeLessThanOrEqual(most);
      const later = last.done - warm.done;
      const databaseBytes = ((last.databaseMiB - warm.databaseMiB) * MiB) / later;
      const blobBytes = ((last.blobsMiB - warm.blobsMiB) * MiB) / later;
      expect(databaseBytes, 'bytes of the database per job').toBeLessThanOrEqual(bytesPerJob.database);
      expect(blobBytes, 'bytes of blobs per job').toBeLessThanOrEqual(bytesPerJob.blobs);
      task.meta.closingLine =
        `soak: ${last.done} jobs; from job ${warm.done} on coordinator ${warm.coordinatorMiB} → ${last.coordinatorMiB} MiB (live ${warm.liveMiB} → ${last.liveMiB}), ` +
        `host ${warm.hostMiB} → ${last.hostMiB} MiB, nats-server ${warm.natsMiB} → ${last.natsMiB} MiB, ` +
        `files ${warm.files} → ${last.files}, subscriptions ${warm.subscriptions} → ${last.subscriptions}, ` +
        `database ${Math.round(databaseBytes / 102.4) / 10} KiB per job, blobs ${Math.round(blobBytes)} bytes per job`;
    }),
  60_000 + jobs * 1_000,
);
