/** What `/metrics` answers, read by a parser of the format that others have written. */
import parse from 'parse-prometheus-text-format';

export type Series = {
  labels: Record<string, string>;
  /** Of a histogram: how many were observed. */
  value: number;
  /** Of a histogram: upper bound → how many up to it. */
  buckets: Record<string, number> | null;
};

export type Family = { name: string; help: string; type: string; series: Series[] };

type Sample = { value: string; labels?: Record<string, string> };
type Parsed = { name: string; help: string; type: string; metrics: Sample[] }[];

/**
 * Name → family. Lines of histograms are given to the parser as what they are in the text, samples with labels: it would
 * itself throw those of several histograms of one name together.
 */
export function readExposition(text: string): Map<string, Family> {
  const histograms = new Set([...text.matchAll(/^# TYPE (\S+) histogram$/gm)].map(([, name = '']) => name));
  const parsed = parse(text.replaceAll(/^(# TYPE \S+) histogram$/gm, '$1 untyped')) as Parsed;
  // Lines of a name that others interrupt come in several families.
  const samples = new Map<string, Sample[]>();
  for (const { name, metrics } of parsed) samples.set(name, [...(samples.get(name) ?? []), ...metrics]);
  const parts = new Set(
    [...histograms].flatMap(name => ['bucket', 'sum', 'count'].map(part => `${name}_${part}`)),
  );
  return new Map(
    parsed
      .filter(({ name }) => !parts.has(name))
      .map(({ name, help, type, metrics }) => {
        if (histograms.has(name))
          return [name, { name, help, type: 'HISTOGRAM', series: seriesOf(name, samples) }];
        const series = metrics.map(({ labels = {}, value }) => ({
          ...{ labels, value: Number(value), buckets: null },
        }));
        return [name, { name, help, type, series }];
      }),
  );
}

function seriesOf(name: string, samples: ReadonlyMap<string, Sample[]>): Series[] {
  const textOf = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort());
  return (samples.get(`${name}_count`) ?? []).map(({ labels = {}, value }) => {
    const own = (samples.get(`${name}_bucket`) ?? []).flatMap(
      ({ labels: { le = '', ...rest } = {}, value }) =>
        textOf(rest) === textOf(labels) ? [[le, Number(value)] as const] : [],
    );
    return { labels, value: Number(value), buckets: Object.fromEntries(own) };
  });
}

export const numberOf = (
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined =>
  families
    .get(name)
    ?.series.find(series => Object.entries(labels).every(([label, value]) => series.labels[label] === value))
    ?.value;
