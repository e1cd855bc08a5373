import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, type ReadyMachine, select } from '#coordinator/queue/select.ts';
import { createWaitingJobs } from '#coordinator/simulate/waiting-jobs.ts';
import { candidate, machine } from '../queue/candidate-samples.ts';

/** Some jobs of one commit come; machines of an image become ready; a job that runs is over. */
const anyStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('come' as const),
      repository: fc.nat(2),
      change: fc.nat(2),
      class: fc.integer({ min: 2, max: 3 }),
      image: fc.constantFrom('linux', 'netbsd'),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('lease' as const),
      image: fc.constantFrom('linux', 'netbsd'),
      machines: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat(20) }) },
);

test('a tick of the simulation chooses what the policy chooses out of all that is queued', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), steps => {
      const waiting = createWaitingJobs();
      const queued = new Map<string, Candidate>();
      const running: Candidate[] = [];
      let made = 0;
      for (const [at, step] of steps.entries()) {
        if (step.type === 'come')
          for (let n = 0; n < step.count; n++) {
            const job = candidate(`job-${++made}`, {
              ...{ repositoryId: `r${step.repository}` as Candidate['repositoryId'], queuedAt: at },
              ...{ changeKey: `r${step.repository} ${step.change}`, class: step.class, image: step.image },
            });
            queued.set(job.id, job);
            waiting.add(job);
          }
        else if (step.type === 'lease') {
          const ready = Array.from(
            { length: step.machines },
            (_, n): ReadyMachine => machine(`m${at}-${n}`, { image: step.image, since: n }),
          );
          const chosen = select(waiting.candidates(step.image, ready.length), ready, waiting.shares);
          expect(chosen).toEqual(select([...queued.values()], ready, waiting.shares));
          for (const { job: id } of chosen) {
            const job = queued.get(id) as Candidate;
            queued.delete(id);
            waiting.remove(job);
            waiting.share(job, 1);
            running.push(job);
          }
        } else {
          const [job] = running.splice(step.which, 1);
          if (job) waiting.share(job, -1);
        }
        const count = (image: string) => [...queued.values()].filter(job => job.image === image).length;
        for (const image of ['linux', 'netbsd']) expect(waiting.counts.get(image) ?? 0).toBe(count(image));
      }
    }),
  );
});
