/**
 * `scenario.yaml`: a fleet and the work that it gets, for `paddock simulate`. Everything has a default, so that the empty
 * file is a scenario too. The descriptions are the guide's.
 */
import * as z from 'zod';
import { duration } from './duration.ts';
import { labels, resources } from './host-traits.ts';
import { slug } from './ids.ts';
import { driverName, isolationBy } from './image-manifest.ts';
import { limits } from './limits.ts';
import { pool } from './pool.ts';
import { sizeMiB } from './size.ts';

/** Log-normal: half take longer than `p50`, one of twenty longer than `p95`. */
const spread = z
  .strictObject({ p50: duration, p95: duration })
  .refine(({ p50, p95 }) => p50 <= p95, 'half take longer than p50, so p95 cannot be less')
  .meta({ title: '{ p50, p95 }' });
export type Spread = z.output<typeof spread>;

const share = z.number().min(0).max(1);
const arch = z.string().min(1).max(32).default('x86_64');

const hostGroup = z.strictObject({
  name: slug.default('host').describe('of the first; the others are numbered'),
  count: z.number().int().min(1).max(10_000).default(1).describe('how many of this kind'),
  cpus: z.number().int().min(1).max(1_024).default(16),
  memory: sizeMiB.prefault('64GiB'),
  arch: arch.describe('processor; a hypervisor emulates others'),
  drivers: z
    .array(driverName)
    .min(1)
    .default(['libvirt', 'process'])
    .describe('what can make machines there'),
  labels: labels.default({}).describe('what pools may ask for, such as `{ site: berlin }`'),
  resources: resources.default({}).describe('what it has a counted number of, such as `{ gpu: 2 }`'),
});

const simulatedPool = z.strictObject({
  image: slug.describe('name of the image'),
  driver: driverName.default('libvirt').describe('virtual machines divide memory and CPUs of their host'),
  arch: arch.describe('of the image'),
  cpus: z.number().int().min(1).max(256).default(2).describe('of one machine'),
  memory: sizeMiB.prefault('4GiB').describe('of one machine'),
  labels: labels.default({}).describe('its hosts must have them all'),
  resources: resources.default({}).describe('what one machine takes of what is counted'),
  hosts: z
    .array(slug)
    .min(1)
    .optional()
    .describe('names under `hosts`; default: every one that has the driver'),
  warm: pool.shape.warm,
  max: pool.shape.max.removeDefault().default(10_000).describe('machines at once'),
  idle: pool.shape.idle,
  boot: spread
    .prefault({ p50: '8s', p95: '20s' })
    .describe('from the request for a machine to its first report; default `{ p50: 8s, p95: 20s }`'),
  deadline: duration
    .prefault(`${limits.bootDeadlineMs / 1_000}s`)
    .describe('a machine that has not reported in by then is destroyed'),
  end: duration.prefault('2s').describe('from the order to destroy a machine until it is gone'),
  run: spread
    .prefault({ p50: '3m', p95: '15m' })
    .describe('how long a job holds its machine; default `{ p50: 3m, p95: 15m }`'),
  share: share.default(1).describe('of all commits that have a job here'),
  price: z
    .number()
    .min(0)
    .optional()
    .describe('of one machine for an hour; default: `price` of the scenario'),
});
export type SimulatedPool = z.output<typeof simulatedPool>;

const dayWords = 'expected office, flat, or a list of 24 numbers, one for each hour';
const dayProfile = z
  .union(
    [
      z.enum(['office', 'flat'], { error: dayWords }),
      z.array(z.number().min(0)).length(24, { error: dayWords }),
    ],
    { error: dayWords },
  )
  .refine(
    profile => typeof profile === 'string' || profile.some(weight => weight > 0),
    'at least one hour must have commits',
  );

/** One system each of what people test on. */
const usualPools = [
  { image: 'debian-12', warm: 2 },
  { image: 'fedora-42', warm: 1 },
  { image: 'freebsd-14' },
  { image: 'openbsd-7.9' },
  { image: 'netbsd-10', share: 0.5 },
  {
    image: 'windows-2022',
    cpus: 4,
    memory: '8GiB',
    boot: { p50: '45s', p95: '90s' },
    run: { p50: '6m', p95: '25m' },
    share: 0.5,
  },
] as const;

export const scenarioFile = z
  .strictObject({
    seed: z.number().int().min(0).max(0xffff_ffff).default(1).describe('the same seed, the same world'),
    days: z.number().positive().max(366).default(1).describe('for so long commits arrive'),
    hosts: z
      .array(hostGroup)
      .min(1)
      .max(100)
      .prefault([{ count: 4 }]),
    pools: z
      .array(simulatedPool)
      .min(1)
      .max(100)
      .prefault([...usualPools])
      .describe('one for each image; default: six usual systems'),
    commits: z
      .strictObject({
        jobs: z
          .number()
          .int()
          .min(1)
          .max(10_000_000)
          .default(3_000)
          .describe('a day; each commit has one in every pool that takes it'),
        day: dayProfile
          .default('office')
          .describe('when they arrive: `office`, `flat`, or 24 weights, one for each hour'),
        repositories: z
          .number()
          .int()
          .min(1)
          .max(10_000)
          .default(20)
          .describe('the second gets half as many as the first, the third a third, and so on'),
        landed: share
          .default(0.2)
          .describe('of commits that are tested after their merge, behind those of pull requests'),
        forks: share
          .default(0.1)
          .describe('of pull requests that are not trusted; what isolates nothing gets none of them'),
      })
      .prefault({}),
    failures: z
      .strictObject({
        boot: share.default(0.002).describe('of machines that end before they have reported in'),
        hang: share.default(0.001).describe('of machines that never report in'),
        'hosts-lost': z
          .number()
          .min(0)
          .max(100)
          .default(0.01)
          .describe('how often a host vanishes in a day, with all its machines'),
        'back-after': duration.prefault('10m').describe('a host that vanished comes back, empty'),
      })
      .prefault({}),
    gather: duration
      .prefault('1s')
      .describe('the planner looks at most this often; a real one looks after each change'),
    price: z.number().min(0).default(0).describe('of one machine for an hour, in any currency'),
  })
  .superRefine(({ hosts, pools, commits: { forks, landed } }, context) => {
    const groups = new Set(hosts.map(({ name }) => name));
    if (groups.size < hosts.length)
      context.addIssue({ code: 'custom', path: ['hosts'], message: 'two of the hosts have one name' });
    for (const [index, { image, hosts: named = [] }] of pools.entries()) {
      if (pools.findIndex(other => other.image === image) < index)
        context.addIssue({
          code: 'custom',
          path: ['pools', index, 'image'],
          message: `there is a pool of ${image} already`,
        });
      for (const [at, name] of named.entries())
        if (!groups.has(name))
          context.addIssue({
            code: 'custom',
            path: ['pools', index, 'hosts', at],
            message: `no host is called ${name}; there is ${[...groups].join(', ')}`,
          });
    }
    const isOpenTo = ({ driver, share }: SimulatedPool) =>
      share > 0 && (forks < 1 || landed > 0 || isolationBy[driver] !== 'none');
    if (!pools.some(isOpenTo))
      context.addIssue({
        code: 'custom',
        path: ['pools'],
        message: 'no pool gets any job: raise a `share`, or let fewer changes come from forks',
      });
  });
export type Scenario = z.output<typeof scenarioFile>;
