/** Who is given what: a table, and what holds for whatever secrets and jobs there may be. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSecrets, fits, type Recipient } from '#coordinator/secrets/choose-secrets.ts';

type Kept = Parameters<typeof chooseSecrets>[0][number] & { id: string };

const kept = (id: string, facts: Partial<Kept> = {}): Kept => ({
  ...{ id, scope: 'acme/rocket', stage: '', name: 'TOKEN', images: [], labels: {} },
  ...facts,
});
const job = (facts: Partial<Recipient> = {}): Recipient => ({
  ...{ isTrusted: true, repository: 'acme/rocket', stage: 'suite', image: 'debian-12', labels: {} },
  ...facts,
});

const own = kept('own');
const whole = kept('whole', { scope: 'acme/*' });
const merge = kept('merge', { stage: 'on-merge' });
const wholeMerge = kept('whole-merge', { scope: 'acme/*', stage: 'on-merge' });
const debian = kept('debian', { images: ['netbsd-10', 'debian-*'] });
const berlin = kept('berlin', { labels: { site: 'berlin', disk: 'nvme' } });
const other = kept('other', { name: 'OTHER' });

const table: [what: string, secrets: Kept[], recipient: Recipient, given: string[], withheld: string[]][] = [
  ['nothing is kept', [], job(), [], []],
  ['of the repository', [own], job(), ['own'], []],
  ['names of a forge say nothing by their case', [own], job({ repository: 'Acme/Rocket' }), ['own'], []],
  ['of another repository', [own], job({ repository: 'acme/rocket2' }), [], []],
  ['of the organisation', [whole], job(), ['whole'], []],
  ['of another organisation', [whole], job({ repository: 'acmeter/rocket' }), [], []],
  ['the repository before its organisation', [whole, own], job(), ['own'], []],
  ['whichever comes first', [own, whole], job(), ['own'], []],
  ['names stand by themselves', [own, other], job(), ['own', 'other'], []],
  ['merges only, on a merge', [merge], job({ stage: 'on-merge' }), ['merge'], []],
  ['merges only, elsewhere', [merge], job(), [], []],
  ['any stage, on a merge', [own], job({ stage: 'on-merge' }), ['own'], []],
  ['the stage before any', [own, merge], job({ stage: 'on-merge' }), ['merge'], []],
  ['any where the stage is another', [own, merge], job(), ['own'], []],
  ['the repository before the stage', [wholeMerge, own], job({ stage: 'on-merge' }), ['own'], []],
  ['an image that fits', [debian], job(), ['debian'], []],
  ['an image that does not', [debian], job({ image: 'openbsd-7' }), [], ['TOKEN']],
  ['a version on probation is not the image', [debian], job({ image: 'debian-12@3' }), [], ['TOKEN']],
  ['a restriction is no way to a weaker one', [whole, debian], job({ image: 'openbsd-7' }), [], ['TOKEN']],
  ['all labels', [berlin], job({ labels: { site: 'berlin', disk: 'nvme', gpu: 'no' } }), ['berlin'], []],
  ['one label of two', [berlin], job({ labels: { site: 'berlin' } }), [], ['TOKEN']],
  ['another value', [berlin], job({ labels: { site: 'bonn', disk: 'nvme' } }), [], ['TOKEN']],
  ['a host without labels', [berlin], job(), [], ['TOKEN']],
  ['nobody trusts it', [own, whole, merge], job({ isTrusted: false, stage: 'on-merge' }), [], []],
];

test.each(table)('%s', (_, secrets, recipient, given, withheld) => {
  const choice = chooseSecrets(secrets, recipient);
  expect(choice.given.map(({ id }) => id)).toEqual(given);
  expect(choice.withheld).toEqual(withheld);
});

test.each([
  ['debian-12', 'debian-12', true],
  ['debian-12', 'debian-123', false],
  ['*', 'anything', true],
  ['debian-*', 'debian-', true],
  ['*-12', 'debian-12', true],
  ['d*-*2', 'debian-12', true],
  ['debian*12', 'debian12', true],
  ['debian-1*12', 'debian-12', false],
  ['a*b*c', 'acb', false],
  ['.*', 'debian', false],
])('the pattern %s fits %s: %s', (pattern, image, isFitting) => {
  expect(fits(pattern, image)).toBe(isFitting);
});

const names = fc.constantFrom('A', 'B');
const secrets = fc.array(
  fc.record({
    id: fc.uuid(),
    scope: fc.constantFrom('acme/rocket', 'acme/*', 'evil/rocket', 'evil/*'),
    stage: fc.constantFrom('' as const, 'on-merge' as const),
    name: names,
    images: fc.array(fc.constantFrom('*', 'debian-*', 'netbsd-10'), { maxLength: 2 }),
    labels: fc.dictionary(fc.constantFrom('site', 'disk'), fc.constantFrom('a', 'b')),
  }),
);
const recipients = fc.record({
  isTrusted: fc.boolean(),
  repository: fc.constantFrom('acme/rocket', 'evil/rocket', 'Evil/other'),
  stage: fc.constantFrom('suite', 'on-merge'),
  image: fc.constantFrom('debian-12', 'netbsd-10', 'debian-12@2'),
  labels: fc.dictionary(fc.constantFrom('site', 'disk'), fc.constantFrom('a', 'b')),
});

describe('whatever is kept', () => {
  test('a job that nobody trusts is given nothing', () => {
    fc.assert(
      fc.property(secrets, recipients, (kept, recipient) => {
        expect(chooseSecrets(kept, { ...recipient, isTrusted: false })).toEqual({ given: [], withheld: [] });
      }),
    );
  });

  test('a job is given only what is for its owner, its stage, its image and its host, and no name twice', () => {
    fc.assert(
      fc.property(secrets, recipients, (kept, recipient) => {
        const { given } = chooseSecrets(kept, recipient);
        expect(new Set(given.map(({ name }) => name)).size).toBe(given.length);
        for (const { scope, stage, images, labels } of given) {
          expect(recipient.repository.toLowerCase().startsWith(scope.replace('*', ''))).toBe(true);
          expect(['', recipient.stage]).toContain(stage);
          expect(images.length === 0 || images.some(pattern => fits(pattern, recipient.image))).toBe(true);
          expect(recipient.labels).toMatchObject(labels);
        }
      }),
    );
  });
});
