/** A second host, from the line that lets it in to the one that keeps it out, beside the host of the coordinator. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type HostInvitation, hostInvitation, hostView } from '#shared/fleet-api.ts';
import { type Spawned, spawnPaddock } from '#test/coordinator/cli/support/spawned.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { paddock } from '#test/support/fleet/paddock.ts';
import { jobOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const invite = async (fleet: Fleet): Promise<HostInvitation> =>
  hostInvitation.parse(JSON.parse((await paddock(fleet, 'host', 'add', 'attic', '--json')).stdout));

/** What somebody pastes on the other computer; without a token it has its own state only. */
function runHost(
  fleet: Fleet,
  { coordinator, token }: Pick<HostInvitation, 'coordinator'> & { token?: string },
): Spawned {
  const { PATH } = process.env;
  const env = { PATH, HOME: fleet.directory, ...(token ? { PADDOCK_JOIN_TOKEN: token } : {}) };
  const state = join(fleet.directory, 'attic');
  return spawnPaddock(['host', 'run', '--coordinator', coordinator, '--state', state], env);
}

const listed = async (fleet: Fleet) =>
  hostView.array().parse(JSON.parse((await paddock(fleet, 'host', 'list', '--json')).stdout));

const attic = async (fleet: Fleet) => (await listed(fleet)).find(({ name }) => name === 'attic');

const stop = async ({ child, ended }: Spawned) => {
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
};

test('the host beside the coordinator is neither invited nor removed', () =>
  withFleet({}, async fleet => {
    const why = expect.stringContaining('local is the host beside the coordinator');
    expect(await paddock(fleet, 'host', 'add', 'local')).toMatchObject({ code: 2, stderr: why });
    expect(await until('it has joined', async () => (await listed(fleet)).length === 1)).toBe(true);
    expect(await paddock(fleet, 'host', 'remove', 'local', '--force')).toMatchObject({
      code: 2,
      stderr: why,
    });
  }));

test(
  'a second host joins with one line, works, is drained, resumed and removed; its job goes elsewhere, and it stays out',
  () =>
    withFleet({}, async fleet => {
      const invitation = await invite(fleet);
      const agent = runHost(fleet, invitation);
      const joined = await until('attic is connected', async () => {
        const host = await attic(fleet);
        return host?.isConnected && host;
      });

      // The other host is drained, so this one has the machine.
      await paddock(fleet, 'host', 'drain', 'local');
      const waiting = gate(fleet);
      const { head } = await openPull(fleet, suite('echo begun', waiting.step));
      await waiting.reached();
      expect((await jobOf(fleet, head)).history).toMatchObject([{ host: joined.id }]);

      // Drained it keeps what runs, and what is new goes to the other.
      await paddock(fleet, 'host', 'resume', 'local');
      await paddock(fleet, 'host', 'drain', 'attic');
      const second = await openPull(fleet, suite('echo elsewhere'), { branch: 'second' });
      const elsewhere = await settled(fleet, second.head);
      expect(elsewhere).toMatchObject({ standing: 'passed' });
      expect(elsewhere.history[0]?.host).not.toBe(joined.id);
      expect(await attic(fleet)).toMatchObject({ isDraining: true, machines: { busy: 1 } });
      await paddock(fleet, 'host', 'resume', 'attic');
      expect(await attic(fleet)).toMatchObject({ isDraining: false });

      // With a machine it is not removed, unless by force; then its job is run again elsewhere.
      const refused = await paddock(fleet, 'host', 'remove', 'attic');
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('attic has 1 machine; drain it'),
      });
      expect(await paddock(fleet, 'host', 'remove', 'attic', '--force')).toMatchObject({ code: 0 });
      expect(await attic(fleet)).toBe(undefined);
      await waiting.open();
      const job = await settled(fleet, head);
      expect(job).toMatchObject({ standing: 'passed', attempts: 2 });
      expect(job.history[0]).toMatchObject({
        end: { reason: 'lost', message: expect.stringContaining('its host attic was removed') },
      });
      expect(job.history[1]?.host).not.toBe(joined.id);

      // Its agent is refused, running on and started anew, with what to do.
      const why = 'the host attic was removed; paddock host add attic at the coordinator makes a new token';
      await until('the agent says why it is refused', () => agent.stderr().includes(why));
      await stop(agent);
      const again = runHost(fleet, { coordinator: invitation.coordinator });
      await until('the agent started anew says why', () => again.stderr().includes(why));
      await stop(again);

      // A new token lets it in, as the host it was.
      const back = runHost(fleet, await invite(fleet));
      expect(await until('attic is back', () => attic(fleet))).toMatchObject({ id: joined.id });
      await until('attic reports', async () => (await attic(fleet))?.isConnected);
      await stop(back);
    }),
  120_000,
);
