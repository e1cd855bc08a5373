/** A job whose secrets cannot be opened never runs without them. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobSecrets, SecretsWithheld } from '#coordinator/queue/run-spec.ts';
import { listAttemptsOfJob } from '#coordinator/store/attempts.ts';
import { listEventsOfJob } from '#coordinator/store/events.ts';
import { findJob } from '#coordinator/store/jobs.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, type Lab, openLab } from '../support/brain-lab.ts';
import { openGuests } from '../support/guest-lab.ts';
import { leaseJob } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

/** A machine that has a job for which secrets are kept; `answer` is what comes of opening them. */
async function leased(answer: () => JobSecrets | SecretsWithheld) {
  const asked: boolean[] = [];
  const secrets = {
    atOnce: async () => null,
    give: async ({ job }: { job: { isTrusted: boolean } }) => {
      asked.push(job.isTrusted);
      return answer();
    },
    hadSecrets: async () => false,
  };
  const guests = openGuests({ ...lab, spec: { ...lab.spec, secrets } });
  const { machine, job, attempt } = await leaseJob(lab, {}, imageOf('linux'));
  const jobNow = async () => (await findJob(lab.store.read, job.id))?.state;
  return { guests, machine, job, attempt, asked, jobNow };
}

const aSecret = { secrets: { TOKEN: 'a-secret' }, secretFiles: { KEY: 'a-key' } };

test('what lasts ends the attempt at once and for good, with its code and nothing else', async () => {
  const { guests, machine, job, jobNow } = await leased(() => ({
    code: 'secret-key-missing',
    isPassing: false,
  }));
  expect(await guests.desiredFor(machine.id)).toEqual({ want: 'idle' });
  expect(await jobNow()).toMatchObject({
    ...{ status: 'settled', outcome: 'errored' },
    refusal: { code: 'secrets-withheld', cause: 'secret-key-missing' },
    message: expect.stringMatching(
      /^secrets of this job could not be opened \(secret-key-missing\), so nothing was run/,
    ),
  });
  const attempts = await listAttemptsOfJob(lab.store.read, job.id);
  expect(attempts.map(({ state }) => state)).toMatchObject([
    { status: 'ended', end: { reason: 'setup-failed', permanent: true }, log: { reason: 'nothing was run' } },
  ]);
  expect(await listEventsOfJob(lab.store.read, job.id)).toContainEqual(
    expect.objectContaining({ type: 'secrets.withheld', data: { code: 'secret-key-missing' } }),
  );
  // Once more, by a renewal that was on its way.
  expect(await guests.renew(machine.id, null)).toMatchObject({ want: expect.stringMatching(/idle|retire/) });
});

test('what passes is waited for; the job is run when the key service answers', async () => {
  let isUp = false;
  const { guests, machine, jobNow } = await leased(() =>
    isUp ? aSecret : { code: 'secret-key-unavailable', isPassing: true },
  );
  expect(await guests.renew(machine.id, null)).toEqual({ want: 'idle' });
  expect(await jobNow()).toMatchObject({ status: 'leased' });
  isUp = true;
  lab.pass(limits.renewalMs);
  expect(await guests.renew(machine.id, null)).toMatchObject({ want: 'run', spec: aSecret });
});

test('where it does not pass in time the attempt ends, and another is tried', async () => {
  const { guests, machine, jobNow } = await leased(() => ({
    code: 'secret-key-unavailable',
    isPassing: true,
  }));
  lab.pass(limits.secretPatienceMs);
  expect(await guests.renew(machine.id, null)).toEqual({ want: 'idle' });
  const state = await jobNow();
  expect(state).toMatchObject({ status: 'queued', retries: 1 });
  expect(state).not.toHaveProperty('refusal');
});

test('a machine that runs the attempt is not sent its secrets again', async () => {
  const { guests, machine, attempt, asked } = await leased(() => aSecret);
  expect(await guests.renew(machine.id, attempt)).toMatchObject({ want: 'run', spec: { secrets: {} } });
  expect(asked).toEqual([]);
  // Its agent was started anew.
  expect(await guests.renew(machine.id, null)).toMatchObject({ want: 'run', spec: aSecret });
});
