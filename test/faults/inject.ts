/** Makes a fault happen, and ends it. */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setClock } from '#test/support/fleet/clock.ts';
import { machinesOf } from '#test/support/fleet/fleet.ts';
import { pidOf } from '#test/support/fleet/parts.ts';
import { processesOf } from '#test/support/fleet/processes.ts';
import { pick } from '#test/support/random.ts';
import { until } from '#test/support/until.ts';
import { fillDisk } from './disk.ts';
import type { Life, Yard } from './life.ts';
import type { Fault, ProcessName, Trouble } from './plan.ts';

/** Resolves when the fault is over; false: there was nothing that it could have happened to. */
export async function inject(life: Life, fault: Fault): Promise<boolean> {
  switch (fault.kind) {
    case 'kill':
      return kill(life, fault.process);
    case 'freeze':
      return freeze(life, fault.process, fault.forMs);
    case 'restart':
      return fault.process === 'coordinator'
        ? restartCoordinator(life, 'SIGTERM')
        : signal(life, 'nats-server', 'SIGTERM');
    case 'reset':
      return reset(life, fault.way);
    case 'partition':
      return spoil(
        life,
        fault,
        link => link.hold(fault.directions),
        link => link.hold([]),
      );
    case 'slow-link':
      return spoil(
        life,
        fault,
        link => link.delay(fault.delayMs),
        link => link.delay(0),
      );
    case 'disk-full':
      return fullDisk(life, fault);
    case 'clock-step':
      return stepClock(life, fault);
    case 'github':
      return trouble(life, fault.trouble, fault.forMs);
  }
}

const kill = (life: Life, process: ProcessName): Promise<boolean> =>
  process === 'coordinator' ? restartCoordinator(life, 'SIGKILL') : signal(life, process, 'SIGKILL');

/** Whoever runs a coordinator starts it again, and again when it cannot start yet. */
function restartCoordinator({ fleet: { coordinator }, inTurn }: Yard, how: NodeJS.Signals): Promise<boolean> {
  return inTurn(async () => {
    await within(90_000, `the coordinator ends after ${how}`, coordinator.stop(how));
    const start = async () => {
      await coordinator.stop('SIGKILL'); // one that did not get ready
      await coordinator.start({ timeoutMs: 60_000 });
      return true;
    };
    return until('the coordinator starts again', start, { timeoutMs: 180_000, everyMs: 500 });
  });
}

async function within<Result>(ms: number, what: string, result: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = pause(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`waited ${ms} ms: ${what}`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([result, late]);
  } finally {
    over.abort();
  }
}

/** Answers whether there was such a process. */
async function signal(life: Life, name: ProcessName, how: NodeJS.Signals): Promise<boolean> {
  const pid = await findProcess(life, name);
  if (pid === null) return false;
  if (name === 'step') life.stepsHit++;
  return send(pid, how);
}

function send(pid: number, how: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, how);
  } catch {
    return false; // it has just ended
  }
}

async function findProcess(life: Life, name: ProcessName): Promise<number | null> {
  const { fleet } = life;
  if (name === 'step') return stepProcess(life);
  if (name === 'guest' && (await machinesOf(fleet)).length === 0) return null;
  return pidOf(fleet, name, { timeoutMs: 200 }).catch(() => null);
}

/** Anything that runs in a machine beside its agent: shells, programs, git, what takes the output in. */
async function stepProcess({ fleet, random }: Life): Promise<number | null> {
  const guests = processesOf(`${fleet.dataDir}/hosts/local/machines`);
  const steps = guests.filter(({ command }) => !command.includes('guest'));
  return steps.length > 0 ? pick(random, steps).pid : null;
}

async function freeze(life: Life, name: ProcessName, ms: number): Promise<boolean> {
  const pid = await findProcess(life, name);
  if (pid === null || !send(pid, 'SIGSTOP')) return false;
  await pause(ms);
  send(pid, 'SIGCONT');
  return true;
}

async function reset(
  { fleet, links }: Life,
  way: Extract<Fault, { kind: 'reset' }>['way'],
): Promise<boolean> {
  if (way !== 'bus') links[way].reset();
  else
    await promisify(execFile)('ss', [
      '--kill',
      '--tcp',
      'src',
      '127.0.0.1',
      'dst',
      '127.0.0.1',
      'dport',
      '=',
      `${fleet.ports.nats}`,
    ]);
  return true;
}

async function spoil(
  { links }: Life,
  fault: Extract<Fault, { kind: 'partition' | 'slow-link' }>,
  begin: (link: Yard['links']['nats']) => void,
  end: (link: Yard['links']['nats']) => void,
): Promise<boolean> {
  for (const name of fault.links) begin(links[name]);
  await pause(fault.forMs);
  for (const name of fault.links) end(links[name]);
  return true;
}

async function fullDisk(
  { fleet, inTurn }: Life,
  { disk, forMs }: Extract<Fault, { kind: 'disk-full' }>,
): Promise<boolean> {
  const full = await fillDisk(fleet.dataDir, disk);
  await pause(forMs);
  await full.empty();
  // One that has given up for want of room is started again by whoever runs it.
  await inTurn(async () => {
    if (!fleet.coordinator.isRunning()) await fleet.coordinator.start({ timeoutMs: 60_000 });
  });
  return true;
}

async function stepClock(
  { fleet }: Life,
  { seconds, forMs }: Extract<Fault, { kind: 'clock-step' }>,
): Promise<boolean> {
  setClock(fleet.directory, seconds);
  await pause(forMs);
  setClock(fleet.directory, 0);
  return true;
}

async function trouble({ fleet: { fake }, inTurn }: Life, what: Trouble, ms: number): Promise<boolean> {
  switch (what.type) {
    case 'broken':
    case 'lost-answer':
      fake.inject(what, what.times);
      return true;
    case 'secondary-limit':
    case 'reset':
      fake.inject(what);
      return true;
    case 'slow':
      fake.inject({ type: 'slow', until: pause(ms) }, 2);
      return true;
    case 'down':
      return inTurn(async () => {
        await fake.goDown();
        await pause(ms);
        await fake.comeBack();
        return true;
      });
  }
}
