import { expect, test } from 'vitest';
import type { z } from 'zod';
import { limits } from '#shared/limits.ts';
import { scenarioFile } from '#shared/scenario-file.ts';
import { expectTranscript } from '#test/support/transcript.ts';
import { burst, story } from './decision-log.ts';

const minute = 60_000;
const never = { boot: 0, hang: 0, 'hosts-lost': 0 };
const exactly = (time: string) => ({ p50: time, p95: time });
const scenario = (written: z.input<typeof scenarioFile>) =>
  scenarioFile.parse({ failures: never, days: 0.1, ...written });

test('200 jobs come at once: the pool grows to all it may have, and shrinks to what is kept ready', async () => {
  const debian = { image: 'debian-12', boot: exactly('5s'), warm: 1, max: 8, idle: '2m' };
  const lines = await story(
    '200 jobs of five minutes at once; a late one shows what is left of the pool.',
    scenario({ hosts: [{ name: 'shed', cpus: 16 }], pools: [debian] }),
    [burst('debian-12', 200, 5 * minute, minute), burst('debian-12', 1, minute, 150 * minute)],
  );
  await expectTranscript('planner-burst', lines);
});

test('two systems share a host that is too small for both: what each is short of is said', async () => {
  const pools = [
    { image: 'debian-12', cpus: 2, memory: '4GiB', boot: exactly('5s') },
    { image: 'windows-2022', cpus: 4, memory: '8GiB', boot: exactly('40s') },
  ];
  const lines = await story(
    'Six jobs of Debian and four of Windows come to a host with eight CPUs; a second host is full sooner by its memory.',
    scenario({
      hosts: [
        { name: 'shed', cpus: 8 },
        { name: 'attic', cpus: 32, memory: '8GiB' },
      ],
      pools,
    }),
    [burst('debian-12', 6, 4 * minute), burst('windows-2022', 4, 6 * minute, 10_000)],
  );
  await expectTranscript('planner-two-systems', lines);
});

test('pools ask for labels and for what is counted: they go where both are, and say what binds them', async () => {
  const pools = [
    { image: 'cuda', resources: { gpu: 1 }, boot: exactly('5s') },
    { image: 'signing', labels: { site: 'berlin' }, boot: exactly('5s') },
    { image: 'nowhere', labels: { site: 'ulm' }, boot: exactly('5s') },
  ];
  const lines = await story(
    'A host has two graphics cards and is in Berlin, another one has neither.',
    scenario({
      hosts: [
        { name: 'shed', cpus: 64 },
        { name: 'rack', labels: { site: 'berlin' }, resources: { gpu: 2 } },
      ],
      pools,
    }),
    [burst('cuda', 4, 4 * minute), burst('signing', 1, minute), burst('nowhere', 1, minute, minute)],
    30 * minute,
  );
  await expectTranscript('planner-traits', lines);
});

test('machines that never start make their host pause for longer and longer', async () => {
  const netbsd = { image: 'netbsd-10', boot: exactly('10s'), deadline: '30s', max: 2 };
  const lines = await story(
    'Two jobs, and no machine ever reports in: it is tried again after pauses that double. The first half hour.',
    scenario({ failures: { ...never, hang: 1 }, days: 0.01, hosts: [{ name: 'shed' }], pools: [netbsd] }),
    [burst('netbsd-10', 2, minute)],
    30 * minute,
  );
  const pauses = lines.filter(line => line.includes('tried again in'));
  expect(pauses.length).toBeGreaterThan(2);
  expect(lines.at(-2)).toContain('0 of 2 jobs ended');
  await expectTranscript('planner-hanging-machines', lines);
});

test('a host vanishes: its jobs are tried on the other one, and it gets none while it is silent', async () => {
  const lines = await story(
    'Two hosts, of which one or the other vanishes for ten minutes, some sixty times a day.',
    scenario({
      ...{ seed: 3, failures: { ...never, 'hosts-lost': 60 }, days: 0.02 },
      hosts: [{ name: 'shed', count: 2, cpus: 4 }],
      pools: [{ image: 'debian-12', boot: exactly('5s'), idle: '1m' }],
    }),
    [burst('debian-12', 8, 10 * minute)],
  );
  expect(
    lines.filter(line => line.includes(`has not reported for ${limits.hostSilenceMs / 1_000} s`)),
  ).not.toEqual([]);
  await expectTranscript('planner-lost-host', lines);
});
