/** One tick of the scheduler with 100,000 jobs queued: the queue's own code over a database file, two machines to give work to. */
import { sql } from 'kysely';
import type { Tx } from '#coordinator/store/store.ts';
import { openLab } from '#test/coordinator/support/brain-lab.ts';
import { addHost, addJob, addMachine, addRun } from '#test/coordinator/support/rows.ts';
import { now } from '../figures.ts';

const queued = 100_000;
const repositories = 10;
const branches = 500;

/** Milliseconds of each tick, its commit included. */
export async function tick100k(count = 40): Promise<number[]> {
  const lab = await openLab();
  try {
    const host = await addHost(lab);
    for (let n = 0; n < 2; n++) await addMachine(lab, host);
    const { id } = await addJob(lab, { run: await addRun(lab) });
    await lab.store.write(tx => copyJob(tx, id));
    const ticks: number[] = [];
    for (let n = 0; n < count; n++) {
      const startedAt = now();
      const wakes = await lab.schedule();
      ticks.push(now() - startedAt);
      if (!wakes.some(({ type }) => type === 'push-machine')) throw new Error('the tick has leased nothing');
      await lab.store.write(freeMachines);
    }
    return ticks;
  } finally {
    await lab.close();
  }
}

/** Jobs of many branches of some repositories, each a little younger than the one before. */
async function copyJob(tx: Tx, id: string): Promise<void> {
  await sql`insert into job (id, run_id, repository_id, suite, image, stage, position, definition, class, is_trusted,
      change_key, status, queued_at, state, version, created_at)
    with recursive step (n) as (select 1 union all select n + 1 from step where n < ${queued - 1})
    select id || '_' || n, run_id, repository_id || '_' || (n % ${repositories}), suite || n, image, stage, position, definition,
      class, is_trusted, 'branch ' || (n % ${branches}), status, queued_at + n, state, version, created_at
    from job, step where id = ${id}`.execute(tx);
}

async function freeMachines(tx: Tx): Promise<void> {
  await sql`update machine set status = 'ready', state = json_set(state, '$.status', 'ready')`.execute(tx);
  await sql`update job set status = 'settled' where status = 'leased'`.execute(tx);
}
