import { expect, test } from 'vitest';
import { BusError } from '#coordinator/bus/errors.ts';
import { clockFinding } from '#coordinator/setup/doctor/clock.ts';
import { spaceFinding } from '#coordinator/setup/doctor/data.ts';
import { badBecause } from '#coordinator/setup/doctor/finding.ts';
import { examineGit, examineNatsServer, examineNode } from '#coordinator/setup/doctor/programs.ts';
import { limits } from '#shared/limits.ts';

test.each([
  ['v24.21.0', 'good'],
  ['v22.1.0', 'bad'],
])('Node %s is %s', (version, state) => {
  expect(examineNode(version).state).toBe(state);
});

test('git that is there has its version and place, git that is not has the line that installs it', async () => {
  expect(await examineGit()).toMatchObject({
    state: 'good',
    text: expect.stringMatching(/^\d+\.\d+.* \(\/.*git\)$/),
  });
  expect(await examineGit(async () => null)).toMatchObject({
    state: 'bad',
    text: 'not found; it fetches the commits that are tested',
    remedy: expect.stringContaining('git'),
  });
});

test('nats-server is looked at as the coordinator would: there, new enough, safe for its address', async () => {
  expect(await examineNatsServer('127.0.0.1')).toMatchObject({ state: 'good' });
  expect(await examineNatsServer('127.0.0.1', '/nowhere/nats-server')).toMatchObject({
    state: 'bad',
    text: '/nowhere/nats-server cannot be run',
    remedy: expect.stringContaining('nats-server'),
  });
});

const wall = Date.UTC(2027, 5, 1, 12, 30);

test.each([
  ['a clock that is right', { wall, drift: 3, lastWrite: wall - 1 }, 'good', '2027-06-01 12:30 UTC'],
  ['a clock without a battery', { wall: 0, drift: 0, lastWrite: null }, 'bad', /^it says 1970/],
  ['a clock that went back', { wall, drift: 0, lastWrite: wall + 3_600_000 }, 'warning', /went back/],
  ['a clock that was just set', { wall, drift: -90_000, lastWrite: null }, 'warning', /set by -90 s/],
])('%s', (_, facts, state, text) => {
  const expected = typeof text === 'string' ? text : expect.stringMatching(text);
  expect(clockFinding(facts)).toMatchObject({ state, text: expected });
});

test.each([
  [limits.diskLowBytes, 'good'],
  [limits.diskLowBytes - 1, 'warning'],
  [limits.diskFullBytes - 1, 'bad'],
])('%i bytes of free space are %s', (free, state) => {
  expect(spaceFinding('disk space', '/var', free)).toMatchObject({ state });
});

test('an operational error is its sentence and its advice', () => {
  const error = new BusError('in-use', 'another coordinator uses it; stop it, or use another; really');
  expect(badBecause('data', error)).toEqual({
    about: 'data',
    state: 'bad',
    text: 'another coordinator uses it',
    remedy: 'stop it, or use another; really',
  });
});
