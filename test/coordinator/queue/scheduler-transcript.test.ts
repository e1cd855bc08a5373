import { afterEach, beforeEach, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { explainWait } from '#coordinator/queue/explain-wait.ts';
import { type Host, setDraining } from '#coordinator/store/hosts.ts';
import { type Job, listOccupiedJobs, listQueuedJobs } from '#coordinator/store/jobs.ts';
import { limits } from '#shared/limits.ts';
import { expectTranscript } from '#test/support/transcript.ts';
import { imageOf, type Lab, openLab, poolOf } from '../support/brain-lab.ts';
import {
  addChange,
  addHost,
  addJob,
  addMachine,
  addRepository,
  addRun,
  attemptOf,
  keepAlive,
} from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({ pools: [poolOf(imageOf('linux'), { max: 6 })] });
});
afterEach(() => lab.close());

/** Tells what happens by names instead of ids. */
function narrate() {
  const lines: string[] = [];
  const names = new Map<string, string>();
  const nameOf = (id: string) => names.get(id) ?? id;
  const boot = async (name: string, host: Host) => {
    lab.pass(1);
    const machine = await addMachine(lab, host);
    names.set(machine.id, name);
    return machine;
  };
  const queue = async (name: string, suites: number, facts: Parameters<typeof addJob>[1]) => {
    lab.pass(1_000);
    const jobs: Job[] = [];
    for (let n = 1; n <= suites; n++) {
      const job = await addJob(lab, { ...facts, suite: `suite-${n}` });
      names.set(job.id, `${name} ${n}`);
      jobs.push(job);
    }
    lines.push(`+ ${suites} ${suites === 1 ? 'job' : 'jobs'}: ${name}`);
    return jobs;
  };
  const tick = async () => {
    const before = new Set((await listOccupiedJobs(lab.store.read)).map(({ id }) => id));
    await lab.schedule();
    const leased = (await listOccupiedJobs(lab.store.read)).filter(({ id }) => !before.has(id));
    const given = leased.flatMap(({ id, state }) =>
      'machine' in state ? [`  ${nameOf(state.machine)} ← ${nameOf(id)}`] : [],
    );
    lines.push(...given.sort());
    if (leased.length === 0) lines.push('  nothing to lease');
  };
  const waits = async () => {
    for (const job of await listQueuedJobs(lab.store.read, 99))
      lines.push(`  … ${nameOf(job.id)}: ${await explainWait(lab.store.read, job, lab.waits)}`);
  };
  return { lines, say: (text: string) => lines.push('', `# ${text}`), boot, queue, tick, waits };
}

/** The machine of a job loses its power. */
async function lose(job: Job | undefined): Promise<void> {
  if (!job) throw new Error('there is no such job');
  const { machineId } = await attemptOf(lab, job.id);
  const gone = { type: 'observed-gone', at: lab.clock.now, reason: 'it lost power' } as const;
  await lab.store.write(tx => applyToMachine(tx, machineId, gone));
  await lab.reap();
}

test('the scheduler decides as its transcript says', async () => {
  const { lines, say, boot, queue, tick, waits } = narrate();
  const [shed, attic] = [await addHost(lab, 'shed'), await addHost(lab, 'attic')];
  const alive = async () => {
    for (const host of [shed, attic]) await keepAlive(lab, host);
  };
  const rocket = await addRepository(lab, 'acme/rocket');
  const glider = await addRepository(lab, 'acme/glider');
  const pull = async (repository: typeof rocket, number: number) =>
    addRun(lab, {
      repositoryId: repository.id,
      purpose: 'change',
      changeId: (await addChange(lab, repository, number)).id,
    });
  lines.push('The scheduler: what waits, who gets the machine, and why the others wait.');

  say('One repository alone takes all there is');
  await queue('rocket #1', 4, { run: await pull(rocket, 1) });
  for (const name of ['m1', 'm2']) await boot(name, shed);
  await tick();

  say('Another repository is next although it came later; then the other change of the first one');
  await queue('rocket #2', 1, { run: await pull(rocket, 2) });
  await queue('glider #1', 1, { run: await pull(glider, 1) });
  for (const name of ['m3', 'm4']) await boot(name, attic);
  await tick();
  await waits();

  say('What somebody started by hand goes before all of it, what has landed after all of it');
  await queue('rocket main', 1, { run: await addRun(lab, { repositoryId: rocket.id }), class: 3 });
  const [byHand] = await queue('by hand', 1, { run: await addRun(lab, { purpose: 'manual' }), class: 1 });
  await boot('m5', shed);
  await tick();

  say('A machine is lost: its job is next, on another host');
  await lose(byHand);
  await alive();
  for (const [name, host] of [
    ['m6 (shed)', shed],
    ['m7 (attic)', attic],
  ] as const)
    await boot(name, host);
  await tick();

  say('A draining host gets nothing, a silent one neither');
  await lab.store.write(tx => setDraining(tx, shed.id, true));
  await boot('m8 (shed)', shed);
  await tick();
  await waits();
  await lab.store.write(tx => setDraining(tx, shed.id, false));
  lab.pass(limits.hostSilenceMs);
  await tick();
  await alive();
  await tick();

  await expectTranscript('scheduler', lines);
});
