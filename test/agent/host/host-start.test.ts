import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { type HostUnderTest, openHost } from './host-under-test.ts';

let host: HostUnderTest;
beforeEach(async () => {
  host = await openHost();
});
afterEach(() => host.close());

test('a refused join token ends the start with the message of the coordinator', async () => {
  host.coordinator.onEnrol = () => ({ status: 403, body: { detail: 'this join token has expired' } });
  host.start();
  expect(await host.ended()).toBe(2);
  expect(host.log()).toContain('this join token has expired');
});

test('a coordinator that is not ready yet is tried again', async () => {
  const { onEnrol } = host.coordinator;
  host.coordinator.onEnrol = () => ({ status: 503, body: { detail: 'starting' } });
  host.start();
  await until('the first try has failed', () => host.log().includes('starting'));
  host.coordinator.onEnrol = onEnrol;
  await until('the host reports', () => host.coordinator.reports.length > 0);
  const keys = new Set(host.coordinator.enrolments.map(({ publicKey }) => publicKey));
  expect(keys.size).toBe(1);
});

test('SIGTERM ends a host agent that waits for its first enrolment', async () => {
  host.coordinator.onEnrol = () => ({ status: 503, body: { detail: 'starting' } });
  host.start();
  await until('the first try has failed', () => host.log().includes('starting'));
  expect(await host.stop('SIGTERM')).toBe(0);
});

test('a boot ticket is not accepted in place of a join token', async () => {
  const { onEnrol } = host.coordinator;
  host.coordinator.onEnrol = request => {
    const answer = onEnrol(request);
    return { ...answer, body: { ...answer.body, id: 'machine_00000000000000000000000001' } };
  };
  host.start();
  expect(await host.ended()).toBe(2);
  expect(host.log()).toContain('not a join token');
});

test('without a credential and a token it says what is needed', async () => {
  host.start({ PADDOCK_JOIN_TOKEN_FILE: '/nonexistent/token' });
  expect(await host.ended()).toBe(2);
  expect(host.log()).toContain('make a token at the coordinator');
});

test('a wrong configuration is told with all its problems at once', async () => {
  host.start({ PADDOCK_ENROL_URL: 'nonsense', PADDOCK_STATE: '' });
  expect(await host.ended()).toBe(2);
  expect(host.log()).toContain('PADDOCK_ENROL_URL');
  expect(host.log()).toContain('PADDOCK_STATE');
});

test('a second host agent on the same state directory is refused', async () => {
  host.start();
  await until('the host reports', () => host.coordinator.reports.length > 0);
  host.start();
  expect(await host.ended()).toBe(2);
  expect(host.log()).toContain('another host agent uses this state directory');
});
