/** Secrets in a virtual machine: in the memory of its steps, and nowhere on a disk that outlives a look. */
import { expect, test } from 'vitest';
import { secretSaved } from '#shared/secrets.ts';
import { findForms, formsOf } from '#test/support/find-values.ts';
import { repository } from '#test/support/fleet/fleet.ts';
import { jobOf, logOf, openPull, suite } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';
import { useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();
const token = 'tr0ub4dor&3 correct/horse+battery';
const key = '-----BEGIN KEY-----\nMIIEowIBAAKCAQEA-swordfish-one\n-----END KEY-----\n';
const forms = formsOf([token, 'MIIEowIBAAKCAQEA-swordfish-one']);

test(
  'the disk of a machine that runs a job with secrets has none of them, and neither has its host',
  {
    timeout: 15 * minute,
  },
  () =>
    withVirtualFleet(session(), {}, async fleet => {
      const headers = { 'content-type': 'application/json', ...(await fleet.api.authorization()) };
      for (const secret of [
        { name: 'TOKEN', value: token },
        { name: 'KEY', value: key, form: 'file' },
      ]) {
        const body = JSON.stringify({ repository, ...secret });
        const answer = await fetch(`${fleet.url}/api/v1/secrets`, { method: 'POST', headers, body });
        expect(secretSaved.parse(await answer.json())).toMatchObject({ secret: { version: 1 } });
      }
      const steps = [
        'printf %s "$TOKEN" | wc -c; wc -c < "$KEY"; df "$KEY" | tail -n 1 | cut -d" " -f1',
        'echo "$TOKEN"; cat "$KEY"; printf %s "$TOKEN" | base64',
        'echo written-by-this-suite > marker',
        'sync; echo everything is on the disk; sleep 600',
      ];
      const pull = await openPull(fleet, suite(...steps));
      const job = await until(
        'the machine has written everything',
        async () => {
          const job = await jobOf(fleet, pull.head);
          return (await logOf(fleet, job).catch(() => '')).includes('everything is on the disk') && job;
        },
        { timeoutMs: 8 * minute },
      );
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
      await until('the machine is gone', async () => (await session().domains()).length === 0, {
        timeoutMs: 2 * minute,
      });
      expect(await findForms(fleet.directory, forms)).toEqual([]);
    }),
);
