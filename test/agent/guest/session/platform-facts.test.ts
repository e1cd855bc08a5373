import { expect, test } from 'vitest';
import { createPlatformFacts } from '#agent/guest/session/platform-facts.ts';

const computer = { os: 'linux', arch: 'x64', hostname: 'build-1' };
const here = import.meta.filename;

test('nothing is asked for what is known at once, and git and the bundle are looked at once for the rest', async () => {
  let asked = 0;
  const site = {
    gitVersion: async () => {
      asked += 1;
      return '2.39.5';
    },
  };
  const facts = createPlatformFacts(computer, site, here);
  expect(facts.brief).toEqual({ ...computer, node: process.versions.node, git: null, agent: 'unknown' });
  expect(asked).toBe(0);
  const [whole, again] = await Promise.all([facts.whole(), facts.whole()]);
  expect(whole).toMatchObject({
    ...computer,
    git: '2.39.5',
    agent: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect([again, asked]).toEqual([whole, 1]);
});

test('a bundle that cannot be read is told as unknown', async () => {
  const facts = createPlatformFacts(computer, { gitVersion: async () => null }, `${here}.gone`);
  expect(await facts.whole()).toMatchObject({ git: null, agent: 'unknown' });
});
