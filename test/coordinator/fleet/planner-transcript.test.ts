import { test } from 'vitest';
import { createBootFailures } from '#coordinator/fleet/boot-failures.ts';
import { plan } from '#coordinator/fleet/plan.ts';
import type { PlannedHost, PlannedMachine, PlannedPool } from '#coordinator/fleet/snapshot.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import { expectTranscript } from '#test/support/transcript.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { hostOf, type LiveStatus, machineOf, snapshotOf, now as start, stateOf } from './snapshots.ts';

const sinceOf = (state: MachineState) => (state.status === 'gone' ? state.at : state.since);

/** Hosts that do what they are told, one thing at a time, and a clock; everything that is decided is written down. */
function createWorld() {
  const lines = ['The fleet planner: what is made where, what must go, and why.'];
  let pools = [
    poolOf(imageOf('linux', { driver: 'process' }), { warm: 1, max: 4, idle: '10m' }),
    poolOf(imageOf('netbsd', { driver: 'libvirt', memory: '2GiB' }), { max: 3, idle: '5m' }),
  ];
  const hosts = new Map<string, PlannedHost>();
  const queue: Record<string, number> = {};
  const failures = createBootFailures();
  let machines: PlannedMachine[] = [];
  let now = start;
  let made = 0;
  let isAttentive = true;
  const set = (id: string, state: MachineState) => {
    machines = machines.map(machine => (machine.id === id ? { ...machine, state } : machine));
  };

  const world = {
    lines,
    queue,
    /** An admin changes a pool. */
    change: (name: string, facts: Partial<PlannedPool['pool']>, isPaused = false) => {
      pools = pools.map(each =>
        each.image.name === name ? { ...each, isPaused, pool: { ...each.pool, ...facts } } : each,
      );
    },
    say: (text: string) => lines.push('', `# ${text}`),
    listen: (isHeard: boolean) => {
      isAttentive = isHeard;
    },
    host: (name: string, facts: Partial<PlannedHost> = {}) => {
      hosts.set(name, hostOf(name, { ...hosts.get(name), lastSeenAt: now, ...facts }));
    },
    /** Time passes; every host but these reports. */
    pass: (ms: number, ...silent: string[]) => {
      now += ms;
      for (const name of hosts.keys()) if (!silent.includes(name)) world.host(name);
    },
    becomes: (id: string, status: LiveStatus) => set(id, stateOf(status, now)),
    gone: (...ids: string[]) => {
      machines = machines.filter(({ id }) => !ids.includes(id));
    },
    fails: (id: string, message: string) => {
      const machine = machines.find(each => each.id === id);
      if (machine) failures.failed({ ...machine, createdAt: sinceOf(machine.state) }, message, now);
      world.gone(id);
    },
    comesUp: (id: string) => {
      const machine = machines.find(each => each.id === id);
      if (machine) failures.succeeded(machine.image, machine.hostId, sinceOf(machine.state));
      world.becomes(id, 'ready');
    },
    tick: () => {
      const scene = {
        pools,
        hosts: [...hosts.values()],
        machines: machines.map(machine => ({ ...machine, ageMs: now - sinceOf(machine.state) })),
        queue,
        isAttentive,
        backoffOf: failures.backoffOf,
        quarantines: failures.quarantines(),
      };
      const { actions, shortfalls } = plan(snapshotOf(scene), now);
      for (const action of actions) {
        if (action.type === 'create') {
          const id = `${action.image.name}-${++made}`;
          const { driver, memory, cpus } = action.image.machine;
          const facts = { image: action.image.name, hostId: action.host, driver, memoryMiB: memory, cpus };
          const machine = machineOf(id, 'requested', { ...facts, expiresAt: now + limits.machineMaxAgeMs });
          machines.push({ ...machine, state: stateOf('requested', now) });
          lines.push(`+ ${id} on ${action.host}: ${action.reason}`);
        } else {
          lines.push(`${action.type === 'retire' ? '-' : '✝'} ${action.machine}: ${action.reason}`);
          if (action.type === 'retire') world.becomes(action.machine, 'retiring');
          else world.gone(action.machine);
        }
      }
      for (const { image, missing, limit } of shortfalls)
        lines.push(`! ${image}, ${missing} short: ${limit.text}`);
      if (actions.length === 0 && shortfalls.length === 0) lines.push('  nothing to do');
    },
  };
  return world;
}

test('the fleet planner decides as its transcript says', async () => {
  const { lines, queue, say, host, pass, change, becomes, gone, fails, comesUp, listen, tick } =
    createWorld();

  say('No host yet, then the first one: the warm machine');
  tick();
  host('shed', { memoryMiB: 5_000 });
  tick();

  say('Three jobs for linux: the warm one takes one, and is replaced as long as the pool allows');
  becomes('linux-1', 'ready');
  queue.linux = 3;
  tick();
  tick();

  say('Jobs for netbsd: two guests fit into the memory of this host, the third waits for another host');
  queue.netbsd = 3;
  tick();
  host('attic', { memoryMiB: 5_000 });
  tick();

  say('The jobs run; machines on their way out still count');
  Object.assign(queue, { linux: 0, netbsd: 0 });
  for (const id of ['linux-1', 'linux-2', 'linux-3']) becomes(id, 'busy');
  becomes('linux-4', 'ready');
  for (const id of ['netbsd-5', 'netbsd-6', 'netbsd-7']) becomes(id, 'busy');
  becomes('linux-1', 'retiring');
  queue.linux = 2;
  tick();
  gone('linux-1');
  tick();

  say('Nobody asks any more: after ten minutes the warm one is left');
  queue.linux = 0;
  for (const id of ['linux-2', 'linux-3', 'linux-8']) becomes(id, 'ready');
  pass(300_000);
  tick();
  pass(300_001);
  tick();
  gone('linux-2', 'linux-3', 'linux-4', 'linux-8', 'netbsd-5', 'netbsd-6', 'netbsd-7');

  say('An image fails on one host, then on another: it is in quarantine until a single one of it is up');
  tick();
  Object.assign(queue, { netbsd: 1 });
  tick();
  fails('netbsd-10', 'no such disk');
  tick();
  fails('netbsd-11', 'no such disk');
  tick();
  pass(4_000);
  tick();
  queue.netbsd = 2;
  tick();
  comesUp('netbsd-12');
  queue.netbsd = 0;
  tick();

  say('A host is being drained: what idles there goes, what runs there ends first');
  Object.assign(queue, { netbsd: 0 });
  becomes('netbsd-12', 'busy');
  becomes('linux-9', 'ready');
  host('attic', { isDraining: true });
  host('shed', { isDraining: true });
  tick();
  host('shed', { isDraining: false });
  tick();

  say('A host falls silent: what idles there is replaced elsewhere, and counts until it has had its time');
  host('attic', { isDraining: false });
  becomes('linux-13', 'ready');
  pass(limits.hostSilenceMs, 'shed');
  tick();
  pass(limits.retireDeadlineMs + 1, 'shed');
  tick();

  say('We were away ourselves: nobody is judged before everybody could report');
  listen(false);
  becomes('linux-14', 'booting');
  pass(limits.bootDeadlineMs + 1, 'attic');
  tick();
  pass(limits.leaseMs);
  listen(true);
  tick();

  say('An admin wants more than there is room for; another host joins and has the one that is short');
  gone('netbsd-12', 'linux-14');
  becomes('linux-15', 'ready');
  host('attic', { memoryMiB: 3_000 });
  change('netbsd', { warm: 4, max: 50 });
  tick();
  host('barn', { cpus: 1, memoryMiB: 64_000 });
  tick();

  say('The pool is paused: what idles goes, and nothing comes until it goes on');
  becomes('netbsd-16', 'ready');
  change('netbsd', { warm: 4, max: 50 }, true);
  tick();
  change('netbsd', { warm: 1, max: 3 });
  tick();

  await expectTranscript('fleet-planner', lines);
});
