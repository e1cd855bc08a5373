import { expect, test } from 'vitest';
import { changedTraits, hostTraitsChange, noTraits } from '#shared/host-traits.ts';
import { imageManifest, needsOf, resolvedManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';

const change = (written: object) => hostTraitsChange.parse(written);

test('what a change does not name stays, null takes away, and names stand in their order', () => {
  const traits = changedTraits(noTraits, change({ labels: { site: 'berlin', disk: 'nvme' } }));
  expect(Object.entries(traits.labels)).toEqual([
    ['disk', 'nvme'],
    ['site', 'berlin'],
  ]);
  const then = changedTraits(traits, change({ labels: { site: null }, resources: { gpu: 2 } }));
  expect(then).toEqual({ labels: { disk: 'nvme' }, resources: { gpu: 2 } });
  expect(changedTraits(then, change({ resources: { gpu: null, tape: null } }))).toEqual({
    labels: { disk: 'nvme' },
    resources: {},
  });
});

test.each([
  [{ labels: { Site: 'berlin' } }],
  [{ labels: { site: 'ber lin' } }],
  [{ labels: { site: '' } }],
  [{ labels: { __proto__x: 'a' } }],
  [{ resources: { gpu: 0 } }],
  [{ resources: { gpu: 1.5 } }],
  [{ resources: { gpu: limits.hostResource + 1 } }],
  [{ labels: Object.fromEntries(Array.from({ length: limits.hostLabels + 1 }, (_, n) => [`l${n}`, 'a'])) }],
  [
    {
      resources: Object.fromEntries(Array.from({ length: limits.hostResources + 1 }, (_, n) => [`r${n}`, 1])),
    },
  ],
])('%j is refused', written => {
  expect(hostTraitsChange.safeParse(written).success).toBe(false);
});

test('an image of any driver may need them, and says so after it was stored and read again', () => {
  const machine = { driver: 'process', labels: { site: 'berlin' }, resources: { gpu: 1 } };
  const image = imageManifest.parse({ name: 'debian-12', os: 'debian', arch: 'x86_64', machine });
  const needs = { labels: { site: 'berlin' }, resources: { gpu: 1 } };
  expect(needsOf(image)).toEqual(needs);
  expect(needsOf(resolvedManifest.parse(JSON.parse(JSON.stringify(image))))).toEqual(needs);
  expect(needsOf(imageManifest.parse({ ...image, machine: { driver: 'process' } }))).toEqual(noTraits);
});
