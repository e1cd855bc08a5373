/** What Prometheus reads: names, helps and labels, by its conventions (https://prometheus.io/docs/practices/naming/). */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { refusalDoors } from '#shared/refusals.ts';
import type { MetricsText, Sources } from './sources.ts';

/** Of this process: measured once, however many coordinators a process has, from the first reading on. */
let ofProcess: Registry | null = null;

function processRegistry(): Registry {
  if (ofProcess) return ofProcess;
  ofProcess = new Registry();
  // Ten looks at the event loop in a second, not a hundred: an idle coordinator stays idle.
  collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision: 100 });
  return ofProcess;
}

/** @returns reads everything, at this moment. */
export function openRegistry({ version, refusals }: Sources): () => Promise<MetricsText> {
  const own = new Registry();
  new Gauge({
    name: 'paddock_build_info',
    help: 'Always 1; the version of the coordinator.',
    labelNames: ['version'],
    registers: [own],
  }).set({ version }, 1);
  new Counter({
    name: 'paddock_refusals_total',
    help: `What was refused, by code (docs/refusals.md) and where: ${Object.keys(refusalDoors).join(', ')}.`,
    labelNames: ['code', 'door'],
    registers: [own],
    collect() {
      this.reset();
      for (const { code, door, count } of refusals()) this.inc({ code, door }, count);
    },
  });
  const all = Registry.merge([own, processRegistry()]);
  return async () => ({ contentType: all.contentType, text: await all.metrics() });
}
