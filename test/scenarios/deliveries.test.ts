import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { redeliver, signatureOf } from '#coordinator/demo/github-stand-in/deliver.ts';
import { repository } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { openPull, push, runOf, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect').finally(() => socket.destroy());
  return true;
}

test('a delivery that comes again changes nothing, during the job and after it', () =>
  withFleet({}, async fleet => {
    const { fake, origin, send, api, url } = fleet;
    const target = { url: `${url}/hooks/github`, secret: 'secret-of-the-hook' };
    const waiting = gate(fleet);
    const head = await origin.commit('topic', 'A change', suite(waiting.step));
    fake.github.push({ repository, branch: 'topic', commits: [{ sha: head }] });
    const sent = await send(fake.github.openPull({ repository, branch: 'topic', title: 'A change' }).events);
    await waiting.reached();
    const again = async () => {
      for (const delivery of sent) expect((await redeliver(target, delivery)).status).toBe(202);
      await until('it was handled', async () => (await api.deliveries()).every(({ verdict }) => verdict));
    };
    await again();
    await waiting.open();
    expect(await settled(fleet, head)).toMatchObject({ standing: 'passed', attempts: 1 });
    await again();
    expect(await settled(fleet, head)).toMatchObject({ standing: 'passed', attempts: 1 });
    expect((await api.runs()).filter(({ commit }) => commit === head)).toHaveLength(1);
    expect((await api.deliveries()).find(({ id }) => id === sent[0]?.deliveryId)?.receipts).toBe(3);
  }));

test('a delivery that comes while the coordinator starts is answered when it is up, and acted on', () =>
  withFleet({}, async fleet => {
    const { fake, origin, coordinator, ports } = fleet;
    await coordinator.stop('SIGTERM');
    const head = await origin.commit('topic', 'A change', suite('echo hello'));
    fake.github.push({ repository, branch: 'topic', commits: [{ sha: head }] });
    const { events } = fake.github.openPull({ repository, branch: 'topic', title: 'A change' });
    const started = coordinator.start();
    await until('it listens', () => canConnect(ports.people), { everyMs: 1 });
    await fleet.send(events);
    await started;
    expect((await settled(fleet, head)).standing).toBe('passed');
  }));

test('of two pushes that arrive in the wrong order the newer one is tested', () =>
  withFleet({}, async fleet => {
    const { fake, origin, send } = fleet;
    const pull = await openPull(fleet, suite('echo first'));
    await settled(fleet, pull.head);
    const older = await origin.commit(pull.branch, 'Older', suite(gate(fleet).step));
    const olderEvents = fake.github.push({ repository, branch: pull.branch, commits: [{ sha: older }] });
    const { head } = await push(fleet, pull, suite('echo newest'));
    await send(olderEvents);
    expect((await settled(fleet, head)).standing).toBe('passed');
    await until('the late one was handled', async () =>
      (await fleet.api.deliveries()).every(({ verdict }) => verdict !== null),
    );
    expect((await fleet.api.runs()).map(({ commit }) => commit)).not.toContain(older);
  }));

test('GitHub is down while a job runs: its verdict arrives when GitHub is back', () =>
  withFleet({}, async fleet => {
    const waiting = gate(fleet);
    const { head } = await openPull(fleet, suite(waiting.step));
    await waiting.reached();
    await fleet.fake.goDown();
    await waiting.open();
    const job = await settled(fleet, head);
    expect(job.standing).toBe('passed');
    await until('it shows as not yet sent', async () => (await fleet.api.system()).unsentWrites.length > 0);
    await fleet.fake.comeBack();
    const arrived = () => fleet.fake.statusOf(repository, head, 'paddock/here')?.state === 'success';
    await until('the verdict has arrived', arrived, { timeoutMs: 25_000 });
  }));

test('GitHub fails at times, once after it has done what was asked: every context ends with the truth', () =>
  withFleet({}, async fleet => {
    fleet.fake.inject({ type: 'broken', status: 502 });
    fleet.fake.inject({ type: 'lost-answer' });
    fleet.fake.inject({ type: 'reset' });
    const { head } = await openPull(fleet, suite('echo hello'));
    expect((await settled(fleet, head)).standing).toBe('passed');
    const arrived = () => fleet.fake.statusOf(repository, head, 'paddock/here')?.state === 'success';
    await until('the verdict has arrived', arrived, { timeoutMs: 25_000 });
  }));

test('a run again that somebody asks for on GitHub runs the job once more', () =>
  withFleet({}, async fleet => {
    const { head, branch } = await openPull(fleet, suite('echo hello'));
    await settled(fleet, head);
    await fleet.send(fleet.fake.github.requestRerun({ repository, branch, name: 'paddock/here' }));
    await until('there is a second attempt', async () => (await settled(fleet, head)).attempts === 2);
  }));

test('what is not acted on is stored, answered and listed with the reason', () =>
  withFleet({}, async fleet => {
    const { fake, send, api } = fleet;
    await send(fake.github.ping({ repository }));
    const { head, number } = await openPull(fleet, suite('echo hello'));
    await send(fake.github.labelPull({ repository, number, label: 'nice' }));
    fake.github.createRepository({ fullName: 'else/where', cloneUrl: 'http://127.0.0.1:9/e/w.git', head });
    await send(fake.github.push({ repository: 'else/where', branch: 'main', commits: [{ sha: head }] }));
    await settled(fleet, head);
    const all = await until('all are handled', async () => {
      const deliveries = await api.deliveries();
      return deliveries.every(({ verdict }) => verdict) && deliveries;
    });
    const verdicts = all.map(({ event, verdict }) => `${event}: ${verdict}`);
    expect(verdicts).toEqual(
      expect.arrayContaining([
        'ping: acted-on',
        'pull_request: acted-on',
        'pull_request: not-acted-on',
        'push: unknown-repository',
      ]),
    );
    for (const { verdict, note } of all) if (verdict !== 'acted-on') expect(note).not.toBe('');
  }));

test.each([
  ['no signature', {}],
  ['a wrong one', { 'x-hub-signature-256': signatureOf('guessed', Buffer.from('{}')) }],
  ['only the old kind', { 'x-hub-signature': 'sha1=0123456789012345678901234567890123456789' }],
])('a webhook with %s is refused, and its content is nowhere', (_, signature) =>
  withFleet({}, async fleet => {
    const headers = {
      'x-github-event': 'ping',
      'x-github-delivery': 'guid',
      'content-type': 'application/json',
    };
    const body = '{"zen":"content-of-a-stranger"}';
    const answer = await fetch(`${fleet.url}/hooks/github`, {
      method: 'POST',
      body,
      headers: { ...headers, ...signature },
    });
    expect(answer.status).toBe(401);
    expect(await fleet.api.deliveries()).toEqual([]);
    const lines = fleet.coordinator
      .log()
      .split('\n')
      .filter(line => line.includes('a webhook was refused'));
    expect(lines).toHaveLength(1);
    expect(fleet.coordinator.log()).not.toContain('content-of-a-stranger');
  }),
);

test('the newest run of a commit is found although its branch has moved on', () =>
  withFleet({}, async fleet => {
    const pull = await openPull(fleet, suite('echo hello'));
    await settled(fleet, pull.head);
    const { head } = await push(fleet, pull, suite('echo more'));
    await settled(fleet, head);
    expect((await runOf(fleet, pull.head)).standing).toBe('passed');
  }));
