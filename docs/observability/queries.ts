/** PromQL from the catalogue of metrics: a metric that is not there, or is of another kind, is a compile error. */
import type { CounterName, HistogramName, LabelsOf, MetricName } from '#shared/metrics.ts';

type By<Name extends MetricName> = readonly (keyof LabelsOf<Name> & string)[];

const by = (labels: readonly string[]): string => (labels.length === 0 ? '' : ` by (${labels.join(', ')})`);

export const perSecond = <Name extends CounterName>(name: Name, labels: By<Name>, window: string): string =>
  `sum${by(labels)} (rate(${name}[${window}]))`;

export const increase = <Name extends CounterName>(name: Name, labels: By<Name>, window: string): string =>
  `sum${by(labels)} (increase(${name}[${window}]))`;

export const observed = <Name extends HistogramName>(name: Name, labels: By<Name>, window: string): string =>
  `sum${by(labels)} (increase(${name}_count[${window}]))`;

/** `q` of 1. */
export const quantile = <Name extends HistogramName>(
  q: number,
  name: Name,
  labels: By<Name>,
  window: string,
): string => `histogram_quantile(${q}, sum${by(['le', ...labels])} (rate(${name}_bucket[${window}])))`;

export const total = <Name extends Exclude<MetricName, HistogramName>>(
  name: Name,
  labels: By<Name> = [],
  only = '',
): string => `sum${by(labels)} (${name}${only})`;

export const greatest = <Name extends Exclude<MetricName, HistogramName>>(
  name: Name,
  labels: By<Name> = [],
): string => `max${by(labels)} (${name})`;
