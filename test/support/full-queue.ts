/** A queue of a hundred thousand: copies of one queued job, in runs of their own, as rows. */
import { sql } from 'kysely';
import type { Tx } from '#coordinator/store/store.ts';
import { openLab } from '#test/coordinator/support/brain-lab.ts';
import { addHost, addJob, addMachine, addRun } from '#test/coordinator/support/rows.ts';

const branches = 500;
/** A commit with ten suites on five systems. */
const jobsPerRun = 50;

/** Of the given job there are then `count`, of many branches, each a little younger than the one before. */
export async function copyJob(tx: Tx, id: string, count: number, repositories = 1): Promise<void> {
  await sql`insert into run (id, repository_id, run_key, number, commit_sha, ref, purpose, change_id, is_trusted, title, author,
      request, warnings, status, next_at, state, version, created_at)
    with recursive step (n) as (select 0 union all select n + 1 from step where n < ${(count - 1) / jobsPerRun - 1})
    select ${copyOf('run.id')}, repository_id, run_key || ' ' || n, number + 1 + n, printf('%040x', n), ref, purpose, change_id,
      is_trusted, title, author, request, warnings, status, next_at, state, version, created_at
    from run, step where id = (select run_id from job where id = ${id})`.execute(tx);
  await sql`insert into job (id, run_id, repository_id, suite, image, stage, position, definition, class, is_trusted,
      change_key, status, queued_at, state, version, created_at)
    with recursive step (n) as (select 0 union all select n + 1 from step where n < ${count - 2})
    select ${copyOf('id')}, substr(run_id, 1, 12) || printf('%018d', n / ${jobsPerRun}),
      case n % ${repositories} when 0 then repository_id else repository_id || '_' || (n % ${repositories}) end, suite || n, image,
      stage, position, definition, class, is_trusted, 'branch ' || (n % ${branches}), status, queued_at + n, state, version, created_at
    from job, step where id = ${id}`.execute(tx);
}

/** An id of the same kind and age, and for each n another one. */
const copyOf = (column: 'run.id' | 'id') => sql`substr(${sql.ref(column)}, 1, 12) || printf('%018d', n)`;

/** Takes them away again. */
export async function removeCopies(tx: Tx): Promise<void> {
  for (const table of ['job', 'run'] as const)
    await sql`delete from ${sql.table(table)} where id glob '????????????000000000000??????'`.execute(tx);
}

/** Milliseconds of each tick of the scheduler, its commit included: the queue's own code, two machines to give work to. */
export async function ticksOver(queued: number, count = 40): Promise<number[]> {
  const lab = await openLab();
  try {
    const host = await addHost(lab);
    for (let n = 0; n < 2; n++) await addMachine(lab, host);
    const { id } = await addJob(lab, { run: await addRun(lab) });
    await lab.store.write(tx => copyJob(tx, id, queued, 10));
    const ticks: number[] = [];
    for (let n = 0; n < count; n++) {
      const startedAt = performance.now();
      const wakes = await lab.schedule();
      ticks.push(performance.now() - startedAt);
      if (!wakes.some(({ type }) => type === 'push-machine')) throw new Error('the tick has leased nothing');
      await lab.store.write(freeMachines);
    }
    return ticks;
  } finally {
    await lab.close();
  }
}

async function freeMachines(tx: Tx): Promise<void> {
  await sql`update machine set status = 'ready', state = json_set(state, '$.status', 'ready')`.execute(tx);
  await sql`update job set status = 'settled' where status = 'leased'`.execute(tx);
}
