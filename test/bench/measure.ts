/** Which measurement fills which rows. A measurement that fails leaves its reason; the others go on. */

import { ticksOver } from '#test/support/full-queue.ts';
import { missingPrograms } from './buildbot/buildbot.ts';
import { measureBuildbot } from './buildbot/measure.ts';
import { median, quantile } from './figures.ts';
import { hasLaminar, measureLaminar } from './laminar.ts';
import { load } from './machine.ts';
import type { Column, Columns } from './measured.ts';
import { agents5000 } from './paddock/agents.ts';
import { lineToBrowser } from './paddock/browser.ts';
import { dispatch } from './paddock/dispatch.ts';
import { log200k } from './paddock/log.ts';
import { memory, parts } from './paddock/memory.ts';
import { dispatchSource } from './paddock/source.ts';
import { jobsFresh, jobsStatic, jobsStaticSlowly } from './paddock/throughput.ts';
import { virtualMachines } from './paddock/virtual.ts';
import { type Webhooks, webhooks } from './paddock/webhooks.ts';
import type { Place } from './place.ts';
import { type Group, type RowId, rows } from './rows.ts';

type Filled = Partial<Record<RowId, Column>>;
type Measurement = (place: Place) => Promise<Filled>;

const ms = (value: number): string => `${value.toFixed(1)} ms`;

const measurements: Record<Group, Measurement> = {
  async dispatch(place) {
    const { answered, spawned, stepsClock } = await dispatch(place);
    const note = `answered after ${ms(median(answered))}; the step's own clock: ${ms(median(stepsClock))}, p99 ${ms(quantile(stepsClock, 0.99))}`;
    return { dispatch: { samples: spawned, note } };
  },
  async webhooks(place) {
    const columnOf = ({ answered, note }: Webhooks) => ({
      samples: answered,
      note: `p50 ${ms(median(answered))}, at most ${ms(Math.max(...answered))}; ${note}`,
    });
    return {
      webhooks: columnOf(await webhooks(place, 'well')),
      'webhooks-outage': columnOf(await webhooks(place, 'silent')),
    };
  },
  async 'dispatch-source'(place) {
    return {
      'dispatch-source': { samples: await dispatchSource(place, { files: 100, by: 'archive' }) },
      'dispatch-source-git': { samples: await dispatchSource(place, { files: 100, by: 'git' }) },
      'dispatch-source-2000': {
        samples: await dispatchSource(place, { files: 2_000, by: 'archive', count: 15, warmUp: 3 }),
      },
    };
  },
  async 'jobs-static'(place) {
    return { 'jobs-static': { samples: await jobsStatic(place) } };
  },
  async 'jobs-static-4ms'(place) {
    const samples = await jobsStaticSlowly(place);
    return { 'jobs-static-4ms': samples ? { samples } : { reason: 'needs a C compiler: cc' } };
  },
  async 'jobs-fresh'(place) {
    return { 'jobs-fresh': { samples: await jobsFresh(place) } };
  },
  async 'log-200k'(place) {
    return { 'log-200k': slower(await log200k(place, 'block'), await log200k(place, 'line')) };
  },
  async 'line-to-browser'(place) {
    const samples = await lineToBrowser(place);
    return { 'line-to-browser': { samples, note: `p50 ${ms(median(samples))}` } };
  },
  async 'tick-100k'() {
    return { 'tick-100k': { samples: await ticksOver(100_000) } };
  },
  async vm(place) {
    const { cold, warm, bare } = await virtualMachines(place);
    const seconds = (samples: number[]) => samples.map(value => value / 1_000);
    const most = (samples: number[]) => `at most ${(Math.max(...samples) / 1_000).toFixed(2)} s`;
    const alone = `by virsh alone, until the guest has read its config disk: ${(median(bare) / 1_000).toFixed(2)} s`;
    return {
      'vm-cold': { samples: seconds(cold), note: `${most(cold)}; ${alone}` },
      'vm-warm': { samples: seconds(warm), note: most(warm) },
    };
  },
  async 'idle-memory'(place) {
    const { idle, busy } = await memory(place);
    return Object.fromEntries(
      parts.flatMap(part => {
        const suffix = part === 'coordinator' ? '' : `-${part}`;
        return [
          [`idle-memory${suffix}`, { samples: [idle[part]] }],
          [`busy-memory${suffix}`, { samples: [busy[part]] }],
        ];
      }),
    );
  },
  async 'agents-5000'(place) {
    const { coordinator, 'nats-server': nats, cpu } = await agents5000(place);
    const share = (value: number) => `${Math.round(value * 100)} %`;
    const note = `coordinator ${coordinator.toFixed(0)} (${share(cpu.coordinator)} of a processor), nats-server ${nats.toFixed(0)} (${share(cpu['nats-server'])})`;
    return { 'agents-5000': { samples: [coordinator + nats], note } };
  },
};

function slower(block: number[], line: number[]): Column {
  const isLine = median(line) >= median(block);
  const other = `${isLine ? 'line-flushed; block-buffered' : 'block-buffered; line-flushed'}: ${median(isLine ? block : line).toFixed(2)} s`;
  return { samples: isLine ? line : block, note: other };
}

export type Say = (line: string) => void;

/** Measures the chosen groups, one after the other, then the peers. */
export async function measureAll(place: Place, chosen: readonly Group[], say: Say): Promise<Columns> {
  const columns: Columns = { paddock: new Map(), buildbot: new Map(), laminar: new Map() };
  for (const group of chosen) {
    const ids = rows.filter(row => row.group === group).map(({ id }) => id);
    await fill(columns.paddock, `paddock ${group}`, ids, () => measurements[group](place), say);
  }
  const ids = rows.filter(({ group }) => chosen.includes(group)).map(({ id }) => id);
  await measurePeers(place, columns, ids, say);
  return columns;
}

const ofPeers: readonly RowId[] = [
  'dispatch',
  'dispatch-source',
  'jobs-static',
  'log-200k',
  'idle-memory',
  'idle-memory-guest',
  'busy-memory',
  'busy-memory-guest',
];

async function measurePeers(
  place: Place,
  columns: Columns,
  chosen: readonly RowId[],
  say: Say,
): Promise<void> {
  const ids = ofPeers.filter(id => chosen.includes(id));
  if (ids.length === 0) return;
  const missing = await missingPrograms();
  const absent = `${missing.join(', ')} is not on PATH (Debian's packages buildbot and buildbot-worker)`;
  await fill(
    columns.buildbot,
    'buildbot',
    ids,
    missing.length > 0 ? () => Promise.reject(new Error(absent)) : () => buildbotColumns(place),
    say,
  );
  const measure = (await hasLaminar())
    ? () => laminarColumns(place)
    : () => Promise.reject(new Error('no laminard is on PATH'));
  await fill(columns.laminar, 'laminar', ids, measure, say);
}

async function buildbotColumns(place: Place): Promise<Filled> {
  const figures = await measureBuildbot(place);
  const { idle, busy } = figures.memory;
  return {
    dispatch: { samples: figures.dispatch, note: figures.version },
    'dispatch-source': { samples: figures['dispatch-source'], note: 'its Git step, mode full, method clean' },
    'jobs-static': { samples: figures['jobs-static'] },
    'log-200k': slower(figures['log-200k'].block, figures['log-200k'].line),
    'idle-memory': { samples: [idle.master], note: 'its master' },
    'idle-memory-guest': { samples: [idle.worker], note: 'its worker' },
    'busy-memory': { samples: [busy.master], note: 'its master' },
    'busy-memory-guest': { samples: [busy.worker], note: 'its worker' },
  };
}

async function laminarColumns(place: Place): Promise<Filled> {
  const { idle, ...figures } = await measureLaminar(place);
  return {
    dispatch: { samples: figures.dispatch, note: 'its client queues the job: it has no webhook' },
    'jobs-static': { samples: figures['jobs-static'] },
    'log-200k': slower(figures['log-200k'].block, figures['log-200k'].line),
    'idle-memory': { samples: [idle] },
  };
}

async function fill(
  column: Map<RowId, Column>,
  what: string,
  ids: readonly RowId[],
  measure: () => Promise<Filled>,
  say: Say,
): Promise<void> {
  const startedAt = performance.now();
  say(`${what} …`);
  try {
    const filled = await measure();
    for (const id of ids) {
      const found = filled[id];
      if (found) column.set(id, found);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`${what}: ${reason}`);
    for (const id of ids) column.set(id, { reason: reason.split('\n')[0] ?? reason });
  }
  say(`${what}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s, load ${load().toFixed(1)}`);
}
