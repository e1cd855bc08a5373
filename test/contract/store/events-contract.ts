import { describe, expect, it } from 'vitest';
import { appendEvent, type EventRecord, listEventsOfJob } from '#coordinator/store/events.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, at } from './sample-rows.ts';

export function describeEvents(name: string, openBench: OpenBench): void {
  describe(`${name}: events`, () => {
    const lab = useStore(openBench);
    const append = (event: EventRecord) => lab.store.write(tx => appendEvent(tx, event));

    it('are read as they happened, in order, whatever the clock says', async () => {
      const job = await lab.store.write(tx => addJob(tx));
      const full: EventRecord = {
        at,
        type: 'job.leased',
        run: job.runId,
        job: job.id,
        attempt: newId.attempt(),
        machine: newId.machine(),
        host: newId.host(),
        data: { number: 1, nested: ['✈', null] },
      };
      await append(full);
      await append({ at: at - 1, type: 'job.settled', job: job.id });
      expect(await listEventsOfJob(lab.store.read, job.id)).toEqual([
        full,
        { at: at - 1, type: 'job.settled', job: job.id, data: {} },
      ]);
      expect(await listEventsOfJob(lab.store.read, newId.job())).toEqual([]);
    });

    it('of a job are its own and those of its machines, not of their other jobs', async () => {
      const { store } = lab;
      const machine = newId.machine();
      const [mine, other] = await store.write(async tx => {
        const jobs = [await addJob(tx), await addJob(tx)] as const;
        return [
          { job: jobs[0].id, attempt: await addAttempt(tx, { job: jobs[0], machineId: machine }) },
          { job: jobs[1].id, attempt: await addAttempt(tx, { job: jobs[1], machineId: machine }) },
        ] as const;
      });
      await append({ at, type: 'machine.enrolled', machine });
      for (const { job, attempt } of [mine, other]) {
        await append({ at, type: 'job.leased', job, attempt, machine });
        await append({ at, type: 'machine.leased', attempt, machine });
      }
      await append({ at, type: 'machine.enrolled', machine: newId.machine() });
      await append({ at, type: 'job.settled', job: mine.job });
      const types = (await listEventsOfJob(store.read, mine.job)).map(({ type, attempt }) => [type, attempt]);
      expect(types).toEqual([
        ['machine.enrolled', undefined],
        ['job.leased', mine.attempt],
        ['machine.leased', mine.attempt],
        ['job.settled', undefined],
      ]);
    });
  });
}
