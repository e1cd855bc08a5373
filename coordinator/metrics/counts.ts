/** What is counted in memory: a look into a map and an addition each, so that it may stand on every way. */
import {
  type CounterName,
  type HistogramName,
  type LabelsOf,
  type MetricName,
  metricNames,
  metricOf,
} from '#shared/metrics.ts';

type Labels = Readonly<Record<string, string>>;

export type CounterSeries = { labels: Labels; value: number };
/** `inBucket[i]`: observations up to `buckets[i]` and above the bucket before; the last one has what is beyond them all. */
export type HistogramSeries = { labels: Labels; inBucket: number[]; sum: number };

export type Counts = {
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** `seconds` below 0, of clocks that were set, count as 0. */
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, seconds: number): void;
  counters(name: MetricName): CounterSeries[];
  histograms(name: MetricName): HistogramSeries[];
};

export function createCounts(): Counts {
  const labelNames = new Map(metricNames.map(name => [name, Object.keys(metricOf(name).labels)]));
  const counters = new Map<MetricName, Map<string, CounterSeries>>();
  const histograms = new Map<MetricName, Map<string, HistogramSeries>>();

  const keyOf = (name: MetricName, labels: Labels): string =>
    (labelNames.get(name) ?? []).map(label => labels[label]).join('\n');

  return {
    count(name, labels, by = 1) {
      const found = seriesOf(counters, name, keyOf(name, labels), () => ({
        labels: { ...labels },
        value: 0,
      }));
      found.value += by;
    },
    observe(name, labels, seconds) {
      const { buckets = [] } = metricOf(name);
      const found = seriesOf(histograms, name, keyOf(name, labels), () => ({
        ...{ labels: { ...labels }, sum: 0 },
        inBucket: new Array<number>(buckets.length + 1).fill(0),
      }));
      const value = Math.max(0, seconds);
      const at = buckets.findIndex(bound => value <= bound);
      const index = at === -1 ? buckets.length : at;
      found.inBucket[index] = (found.inBucket[index] ?? 0) + 1;
      found.sum += value;
    },
    counters: name => [...(counters.get(name)?.values() ?? [])],
    histograms: name => [...(histograms.get(name)?.values() ?? [])],
  };
}

function seriesOf<Series>(
  all: Map<MetricName, Map<string, Series>>,
  name: MetricName,
  key: string,
  make: () => Series,
): Series {
  const ofName = all.get(name) ?? new Map<string, Series>();
  all.set(name, ofName);
  const found = ofName.get(key) ?? make();
  ofName.set(key, found);
  return found;
}
