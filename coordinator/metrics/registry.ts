/** What Prometheus reads, made for one answer from what was counted and looked up. The catalogue says what there is. */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';
import { type MetricName, metricNames, metricOf, type Sample } from '#shared/metrics.ts';
import type { Counts, HistogramSeries } from './counts.ts';

export type MetricsText = { contentType: string; text: string };

/** Of this process: measured once, however many coordinators a process has, from the first reading on. */
let ofProcess: Registry | null = null;

function processRegistry(): Registry {
  if (ofProcess) return ofProcess;
  ofProcess = new Registry();
  // Ten looks at the event loop in a second, not a hundred: an idle coordinator stays idle.
  collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision: 100 });
  return ofProcess;
}

/** A histogram whose observations were sorted into its buckets where they were made. */
class CountedHistogram extends Histogram {
  readonly #about: HistogramConfiguration<string>;
  readonly #series: readonly HistogramSeries[];

  constructor(about: HistogramConfiguration<string>, series: readonly HistogramSeries[]) {
    super(about);
    this.#about = about;
    this.#series = series;
  }

  /** What the registry asks a histogram for; `get` comes down to it too. */
  async getForPromString() {
    const { name, help } = this.#about;
    const values = this.#series.flatMap(series => this.#values(series));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  #values({ labels, inBucket, sum }: HistogramSeries) {
    const { name, buckets = [] } = this.#about;
    let count = 0;
    const upTo = inBucket.map((inThis, index) => {
      count += inThis;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: buckets[index] ?? '+Inf' },
        value: count,
      };
    });
    return [
      ...upTo,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/** @returns everything, in the text format of Prometheus */
export async function exposition(counts: Counts, samples: readonly Sample[]): Promise<MetricsText> {
  const own = new Registry();
  const looked = Map.groupBy(samples, ({ name }) => name);
  for (const name of metricNames) addMetric(own, name, counts, looked.get(name) ?? []);
  const all = Registry.merge([own, processRegistry()]);
  return { contentType: all.contentType, text: await all.metrics() };
}

function addMetric(registry: Registry, name: MetricName, counts: Counts, looked: readonly Sample[]): void {
  const { kind, help, labels, buckets } = metricOf(name);
  const about = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  if (kind === 'histogram') {
    new CountedHistogram({ ...about, buckets: [...(buckets ?? [])] }, counts.histograms(name));
    return;
  }
  if (kind === 'gauge') {
    const gauge = new Gauge(about);
    // Without labels the library begins it at 0, which would be said of what was not looked up, too.
    gauge.reset();
    if (about.labelNames.length === 0 && looked.length === 0) gauge.remove();
    for (const { labels, value } of looked) gauge.set({ ...labels }, value);
    return;
  }
  const counter = new Counter(about);
  for (const { labels, value } of [...counts.counters(name), ...looked]) counter.inc({ ...labels }, value);
}
