/** Secrets in a virtual machine: in the memory of its steps, and nowhere that outlives them. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { secretSaved } from '#shared/secrets.ts';
import { findForms, formsOf } from '#test/support/find-values.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { jobOf, logOf, openPull, push, settled, suite } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';
import { debianImage } from './debian-image.ts';
import { useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();
const token = 'tr0ub4dor&3 correct/horse+battery';
const key = '-----BEGIN KEY-----\nMIIEowIBAAKCAQEA-swordfish-one\n-----END KEY-----\n';
const forms = formsOf([token, 'MIIEowIBAAKCAQEA-swordfish-one']);
const steps = [
  'printf %s "$TOKEN" | wc -c; wc -c < "$KEY"; df "$KEY" | tail -n 1 | cut -d" " -f1',
  'echo "$TOKEN"; cat "$KEY"; printf %s "$TOKEN" | base64',
  'echo written-by-this-suite > marker',
  'sync; echo everything is on the disk; sleep 600',
];

async function post(fleet: Fleet, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(await fleet.api.authorization()) };
  return fetch(`${fleet.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function setBoth(fleet: Fleet): Promise<void> {
  for (const secret of [
    { name: 'TOKEN', value: token },
    { name: 'KEY', value: key, form: 'file' },
  ]) {
    const answer = await post(fleet, 'secrets', { repository, ...secret });
    expect(secretSaved.parse(await answer.json())).toMatchObject({ secret: { version: 1 } });
  }
}

/** The job, once its steps have said what they were given and wait. */
const wroteAll = (fleet: Fleet, commit: string) =>
  until(
    'the machine has written everything',
    async () => {
      const job = await jobOf(fleet, commit);
      return (await logOf(fleet, job).catch(() => '')).includes('everything is on the disk') && job;
    },
    { timeoutMs: 8 * minute },
  );

const areGone = () =>
  until('the machine is gone', async () => (await session().domains()).length === 0, {
    timeoutMs: 2 * minute,
  });

/** What of the secrets is in the memory of the only machine. */
async function inMemory(fleet: Fleet): Promise<string[]> {
  const [domain = ''] = await session().domains();
  await session().virsh('dump', domain, join(fleet.directory, 'memory/dump'), '--memory-only', '--live');
  const found = await findForms(join(fleet.directory, 'memory'), forms);
  await rm(join(fleet.directory, 'memory/dump'));
  return found;
}

describe('of a job with secrets', () => {
  test('none is on the disk of its machine, nor on that of its host', { timeout: 15 * minute }, () =>
    withVirtualFleet(session(), {}, async fleet => {
      await setBoth(fleet);
      const pull = await openPull(fleet, suite(...steps));
      const job = await wroteAll(fleet, pull.head);
      const log = await logOf(fleet, job);
      expect(log.split('\n').slice(0, 3)).toEqual([`${token.length}`, `${key.length}`, 'tmpfs']);
      for (const form of forms) expect(log).not.toContain(form);
      // The machine's disk is below its host's directory, and what its suite has written is found there.
      const onDisks = await findForms(fleet.directory, [...forms, 'written-by-this-suite']);
      expect(onDisks.filter(hit => /machines\/.*written-by-this-suite$/.test(hit))).not.toEqual([]);
      expect(onDisks.filter(hit => !hit.endsWith('written-by-this-suite'))).toEqual([]);
      await fleet.api.cancelJob(job.id);
      await until('the job is over', async () => (await fleet.api.job(job.id)).standing === 'cancelled', {
        timeoutMs: 2 * minute,
      });
      await areGone();
      expect(await findForms(fleet.directory, forms)).toEqual([]);
    }),
  );

  test('none is in memory when the next job comes, though the machine would stay', {
    timeout: 20 * minute,
  }, async () => {
    const image = await debianImage();
    const staying = { ...image, machine: { ...image.machine, reuse: 'static' as const } };
    await withVirtualFleet(session(), { image: staying }, async fleet => {
      await mkdir(join(fleet.directory, 'memory'));
      await setBoth(fleet);
      const first = await openPull(fleet, suite(...steps));
      const given = await wroteAll(fleet, first.head);
      // They are found where they are: the search is one.
      expect(await inMemory(fleet)).not.toEqual([]);
      await fleet.api.cancelJob(given.id);
      await areGone();
      for (const name of ['TOKEN', 'KEY'])
        expect((await post(fleet, 'secrets/remove', { repository, name })).status).toBeLessThan(300);
      const second = await push(fleet, first, suite('printf "<%s>" "$TOKEN"'));
      const job = await settled(fleet, second.head, 'default', 8 * minute);
      expect(await logOf(fleet, job)).toContain('<>');
      expect(await inMemory(fleet)).toEqual([]);
      const third = await push(fleet, second, suite('true'));
      await settled(fleet, third.head, 'default', 8 * minute);
      const machineOf = async (commit: string) => (await jobOf(fleet, commit)).history.at(-1)?.machine;
      expect(await machineOf(third.head)).toEqual(await machineOf(second.head));
      await session().endAll();
    });
  });
});
