/** A row that no code of ours could have written stops whoever reads it, by name, before anything is decided on it. */
import { describe, expect, it } from 'vitest';
import { findAttempt, findSealedLog, listRecentDurations } from '#coordinator/store/attempts.ts';
import { findChangeById, saveChange } from '#coordinator/store/changes.ts';
import { listDeliveries, receiveDelivery } from '#coordinator/store/deliveries.ts';
import { listPendingWrites } from '#coordinator/store/forge-writes.ts';
import { enrolHost, findHost, insertJoinToken } from '#coordinator/store/hosts.ts';
import { findJob } from '#coordinator/store/jobs.ts';
import { findMachine, insertMachine } from '#coordinator/store/machines.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { findRepository } from '#coordinator/store/repositories.ts';
import { findRun } from '#coordinator/store/runs.ts';
import { addStatusWrite } from '#coordinator/store/status-writes.ts';
import type { Tx } from '#coordinator/store/store.ts';
import { type OpenBench, useStore } from './bench.ts';
import {
  addAttempt,
  addJob,
  addRepository,
  addRun,
  at,
  changeFacts,
  commit,
  manifest,
} from './sample-rows.ts';

/** Makes one row and says how it is read. */
type Row = (tx: Tx) => Promise<(read: Tx) => Promise<unknown>>;

const job: Row = async tx => {
  const { id } = await addJob(tx);
  return read => findJob(read, id);
};
const run: Row = async tx => {
  const { id } = await addRun(tx);
  return read => findRun(read, id);
};
const attempt: Row = async tx => {
  const id = await addAttempt(tx);
  return async read => [await findAttempt(read, id), await findSealedLog(read, id)];
};
const machine: Row = async tx => {
  const facts = { image: 'debian-12', manifest, hostId: newId.host(), expiresAt: at };
  const { id } = await insertMachine(tx, facts, at);
  return read => findMachine(read, id);
};
const host: Row = async tx => {
  const token = { hash: 'hash', hostName: 'attic', expiresAt: at };
  await insertJoinToken(tx, token);
  const enrolled = await enrolHost(tx, { ...token, usedBy: null }, 'UA', at);
  return async read => enrolled && findHost(read, enrolled.id);
};
const repository: Row = async tx => {
  const { id } = await addRepository(tx);
  return read => findRepository(read, id);
};
const change: Row = async tx => {
  const { id } = await saveChange(tx, changeFacts(await addRepository(tx)));
  return read => findChangeById(read, id);
};
const delivery: Row = async tx => {
  await receiveDelivery(tx, { id: 'a', event: 'push', repository: null, body: '{}' }, at);
  return read => listDeliveries(read, 1, null);
};
const statusWrite: Row = async tx => {
  const payload = { state: 'pending' as const, description: '', targetUrl: '' };
  const write = { repository: 'acme/rocket', commit: commit(1), context: 'paddock', payload, priority: 0 };
  await addStatusWrite(tx, write, at);
  return read => listPendingWrites(read, 1);
};

const passedAttempt: Row = async tx => {
  await addAttempt(tx);
  return read => listRecentDurations(read, 'debian-12', 1);
};

const cases: [table: string, column: string, value: string, row: Row, message: RegExp][] = [
  ['job', 'state', '{"status":"dreaming"}', job, /impossible row job job_\w+\.state/],
  ['job', 'state', '{"status":"queued"}', job, /impossible row job job_\w+\.state/],
  ['job', 'state', '{"status"', job, /impossible row job job_\w+\.state: not JSON/],
  ['job', 'status', 'leased', job, /impossible row job job_\w+: leased by its column, queued by its state/],
  ['job', 'definition', '{"steps":[]}', job, /impossible row job job_\w+\.definition/],
  ['job', 'stage', 'encore', job, /impossible row job job_\w+\.stage/],
  ['run', 'state', 'null', run, /impossible row run run_\w+\.state/],
  ['run', 'status', 'refused', run, /impossible row run run_\w+: refused by its column/],
  ['run', 'request', '[]', run, /impossible row run run_\w+\.request/],
  ['run', 'warnings', '{}', run, /impossible row run run_\w+\.warnings/],
  ['run', 'purpose', 'fun', run, /impossible row run run_\w+\.purpose/],
  ['attempt', 'state', '{"status":"ended"}', attempt, /impossible row attempt attempt_\w+\.state/],
  ['attempt', 'status', 'ended', attempt, /impossible row attempt attempt_\w+: ended by its column/],
  ['attempt', 'times', '{}', attempt, /impossible row attempt attempt_\w+\.times/],
  ['attempt', 'platform', '7', attempt, /impossible row attempt attempt_\w+\.platform/],
  ['attempt', 'marks', '[{}]', attempt, /impossible row attempt attempt_\w+\.marks/],
  ['attempt', 'log_sealed', '{}', attempt, /impossible row attempt attempt_\w+\.log_sealed/],
  ['machine', 'state', '{"status":"busy"}', machine, /impossible row machine machine_\w+\.state/],
  ['machine', 'status', 'gone', machine, /impossible row machine machine_\w+: gone by its column/],
  ['machine', 'manifest', '{}', machine, /impossible row machine machine_\w+\.manifest/],
  ['host', 'capacity', '{}', host, /impossible row host host_\w+\.capacity/],
  ['host', 'drivers', '{}', host, /impossible row host host_\w+\.drivers/],
  ['repository', 'forge', 'sourceforge', repository, /impossible row repository repo_\w+\.forge/],
  ['change', 'state', 'ajar', change, /impossible row change change_\w+\.state/],
  ['delivery', 'verdict', 'guilty', delivery, /impossible row delivery a\.verdict/],
  ['forge_write', 'payload', '{}', statusWrite, /impossible row forge_write \d+\.payload/],
  ['forge_write', 'kind', 'telegram', statusWrite, /impossible row forge_write \d+\.kind/],
];

export function describeImpossibleRows(name: string, openBench: OpenBench): void {
  describe(`${name}: an impossible row`, () => {
    const lab = useStore(openBench);

    it.each(cases)('is refused: %s.%s = %s', async (table, column, value, row, message) => {
      const { store, bench } = lab;
      const read = await store.write(row);
      await store.write(read);
      await bench.outside(`update ${table} set ${column} = '${value}'`);
      await expect(store.write(read)).rejects.toThrow(message);
    });

    it('is refused among the times behind an estimate', async () => {
      const read = await lab.store.write(passedAttempt);
      await lab.bench.outside("update attempt set outcome = 'passed', times = '{}'");
      await expect(read(lab.store.read)).rejects.toThrow(/impossible row attempt attempt_\w+\.times/);
    });
  });
}
