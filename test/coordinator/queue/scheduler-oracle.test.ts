/**
 * The scheduler reads few of many queued jobs. What it chooses is what the policy chooses when it is shown all of them;
 * also when one change alone would fill what a tick looks at.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Candidate, type ReadyMachine, select } from '#coordinator/queue/select.ts';
import type { Host } from '#coordinator/store/hosts.ts';
import { insertJob, type Job, listOccupiedJobs, listQueuedJobs } from '#coordinator/store/jobs.ts';
import { listLiveMachines } from '#coordinator/store/machines.ts';
import type { Run } from '#coordinator/store/runs.ts';
import { imageOf, type Lab, openLab } from '../support/brain-lab.ts';
import { addChange, addHost, addMachine, addRepository, addRun, fresh, stepOf } from '../support/rows.ts';

let lab: Lab;
let host: Host;
let runs: Run[];

beforeAll(async () => {
  lab = await openLab();
  host = await addHost(lab, 'cellar', { isolation: 'vm' });
  runs = [];
  for (const name of ['acme/rocket', 'acme/glider']) {
    const repository = await addRepository(lab, name);
    for (const number of [1, 2, 3]) {
      const { id: changeId } = await addChange(lab, repository, number);
      for (let n = 0; n < 2; n++)
        runs.push(await addRun(lab, { repositoryId: repository.id, purpose: 'change', changeId }));
    }
    runs.push(await addRun(lab, { repositoryId: repository.id }));
  }
});
afterAll(() => lab.close());

/** A push of many jobs at once, or single ones; more of them than one tick looks at. */
const anyQueue = fc.array(
  fc.record({
    run: fc.nat(13),
    class: fc.constantFrom(2, 2, 2, 3),
    age: fc.nat(20),
    isTrusted: fc.boolean(),
    jobs: fc.constantFrom(1, 2, 5, 30, 70),
  }),
  { minLength: 1, maxLength: 8 },
);

let images = 0;

async function fill(queue: typeof anyQueue extends fc.Arbitrary<infer T> ? T : never, image: string) {
  await lab.store.write(async tx => {
    for (const { run: n, jobs, age, class: order, isTrusted } of queue) {
      const run = runs[n];
      if (!run) throw new Error(`there is no run ${n}`);
      const state = { status: 'queued', queuedAt: lab.clock.now - age, avoid: null, ...fresh } as const;
      const definition: Job['definition'] = {
        ...{ steps: [stepOf('true')], source: 'none', env: {} },
        ...{ deadlineMs: 1, artifacts: [], needs: [], gate: 'advisory' },
      };
      const usual = {
        runId: run.id,
        repositoryId: run.repositoryId,
        image,
        stage: 'suite' as const,
        position: 0,
      };
      for (let job = 0; job < jobs; job++)
        await insertJob(
          tx,
          { ...usual, suite: `s${images++}`, definition, class: order, isTrusted, state },
          0,
        );
    }
  });
}

const toCandidate = ({ state, ...job }: Job): Candidate => {
  if (state.status !== 'queued') throw new Error(`${job.id} is not queued`);
  return { ...job, queuedAt: state.queuedAt, avoid: state.avoid };
};

/** Everything, read without any bound. */
async function chosenOfAll(image: string) {
  const tally = <Id>(ids: Id[]) =>
    new Map([...Map.groupBy(ids, id => id)].map(([id, all]) => [id, all.length]));
  const occupied = await listOccupiedJobs(lab.store.read);
  const queued = (await listQueuedJobs(lab.store.read, 100_000)).filter(job => job.image === image);
  const ready = (await listLiveMachines(lab.store.read)).flatMap(
    ({ id, hostId, state, ...machine }): ReadyMachine[] =>
      state.status === 'ready' && machine.image === image
        ? [{ id, image, hostId, isolation: 'vm', since: state.since }]
        : [],
  );
  return select(queued.map(toCandidate), ready, {
    repositories: tally(occupied.map(({ repositoryId }) => repositoryId)),
    changes: tally(occupied.map(({ changeKey }) => changeKey)),
  });
}

test('a tick chooses what it would choose out of all that is queued', async () => {
  await fc.assert(
    fc.asyncProperty(anyQueue, fc.integer({ min: 1, max: 8 }), async (queue, machines) => {
      const image = imageOf(`image-${images++}`);
      await fill(queue, image.name);
      for (let n = 0; n < machines; n++) {
        lab.clock.now += 1;
        await addMachine(lab, host, { image });
      }
      const expected = await chosenOfAll(image.name);
      await lab.schedule();
      const leased = (await listOccupiedJobs(lab.store.read)).flatMap(({ id, state, ...job }) =>
        job.image === image.name && 'machine' in state ? [{ job: id, machine: state.machine }] : [],
      );
      const byJob = (a: { job: string }, b: { job: string }) => (a.job < b.job ? -1 : 1);
      expect(leased.sort(byJob)).toEqual(expected.sort(byJob));
      expect(leased.length).toBeGreaterThan(0);
    }),
    { numRuns: 15 },
  );
});
