/** What `paddock simulate` says, and what its help says, ready for translation. All functions are pure. */
import { durationText } from '#shared/quantity-text.ts';
import type { Simulation } from '#shared/simulation.ts';
import { examples } from './help-texts.ts';

export const simulationHelpTexts = {
  summary: 'play a day of jobs through the planner, in virtual time',
  text: 'Plays commits, jobs, machines and hosts through the planner and the queue of Paddock in virtual time: how long jobs would wait, how busy machines would be, and what limits them. Needs no coordinator and starts no machine. The same seed gives the same answer. Without a file it is a usual fleet; docs/simulate.md has all keys of one.',
  scenario: 'a file that says what hosts, pools and commits there are',
  jobs: 'so many jobs in all',
  hosts: 'so many hosts in all, of the kinds that the scenario has',
  days: 'commits arrive for so many days',
  seed: 'another world of the same kind',
  price: 'of one machine for an hour, in any currency',
  picture: 'also draw the queue and the machines over time, as an SVG',
  after: examples(
    'paddock simulate',
    'paddock simulate --jobs 100000 --hosts 1000',
    'paddock simulate scenario.yaml --seed 7 --price 0.05 --picture fleet.svg',
    "paddock simulate --json | jq '.total.waitMs'",
  ),
};

export const numberText = (count: number): string => count.toLocaleString('en-US');
const amountText = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const percentText = (part: number): string => `${Math.round(part * 100)} %`;
const counted = (count: number, noun: string): string =>
  `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;

const hoursText = (ms: number): string => `${(ms / 3_600_000).toFixed(1)} h`;

export const simulationTexts = {
  columns: {
    pool: 'pool',
    jobs: 'jobs',
    wait: 'wait p50',
    p95: 'p95',
    max: 'max',
    busy: 'busy',
    made: 'machines',
    peak: 'at once',
    hours: 'hours',
    cost: 'cost',
  },
  all: 'all',
  none: '–',
  hints: 'What to look at',
  hours: (hours: number) => hours.toLocaleString('en-US', { maximumFractionDigits: 0 }),
  cost: amountText,
  heading: ({ total, hosts, durationMs, seed }: Simulation) =>
    `${counted(total.jobs, 'job')} in ${hoursText(durationMs)} on ${counted(hosts.count, 'host')} (seed ${seed})`,
  hosts: ({ cpus, memory, lost }: Simulation['hosts']) =>
    `Virtual machines took ${percentText(cpus.mean)} of all CPUs and ${percentText(memory.mean)} of all memory, at most ${percentText(cpus.peak)} and ${percentText(memory.peak)}.${lost === 0 ? '' : ` A host vanished ${lost === 1 ? 'once' : `${numberText(lost)} times`}.`}`,
  lost: (attempts: number, errored: number) =>
    `${counted(attempts, 'attempt')} vanished with a host; ${errored === 0 ? 'all of their jobs ended elsewhere' : `${counted(errored, 'job')} vanished too often and ended as errored`}`,
  unfinished: (jobs: number) =>
    `${counted(jobs, 'job')} never ended: more comes than this fleet can do, so that the queue only grows`,
  short: (image: string, part: number, missing: number, why: string) =>
    `${image} was short of machines for ${percentText(part)} of the time, ${numberText(missing)} at most: ${why}`,
  boots: (image: string, waitMs: number, bootMs: number) =>
    `half of the jobs of ${image} waited ${durationText(waitMs)} or longer, where nothing was short: for a machine to start (${durationText(bootMs)}); more of them kept ready (\`warm\`) take that away`,
  idle: (image: string, part: number, warm: number) =>
    `machines of ${image} had no job for ${percentText(part)} of their time; ${warm} of them are kept ready (\`warm\`)`,
  nothing: 'nothing was short: no limit of these pools and hosts held a job up',
  progress: (done: number, jobs: number) =>
    `simulating: ${numberText(done)} of ${counted(jobs, 'job')} (${percentText(done / jobs)})`,
  drawn: (file: string) => `drawn: ${file}`,
  notDrawn: (file: string, why: string) => `the picture ${file} cannot be written: ${why}`,
  badNumber: (most: number) => `expected a whole number from 1 to ${most}`,
  badPrice: 'expected an amount such as 0.05',
  picture: {
    label: (jobs: number, hosts: number) =>
      `Queue and machines over time: ${counted(jobs, 'job')} on ${counted(hosts, 'host')}`,
    machines: 'machines',
    busy: 'with a job',
    queued: 'jobs waiting',
    most: (count: number) => `most: ${numberText(count)}`,
    hour: (hours: number) => `${hours} h`,
  },
};
