/** Every metric of `/metrics`, by story. The registry, the guide, the dashboard and the rules of alerts are made from it. */
import { coordinatorMetrics } from './metrics/coordinator.ts';
import { fleetMetrics } from './metrics/fleet.ts';
import { forgeMetrics } from './metrics/forge.ts';
import { jobMetrics } from './metrics/jobs.ts';
import type { Metric } from './metrics/metric.ts';

export type { LookUp } from './metrics/coordinator.ts';

export const metrics = { ...jobMetrics, ...fleetMetrics, ...forgeMetrics, ...coordinatorMetrics } as const;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as MetricName[];

type Named<Kind extends Metric['kind']> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
export type CounterName = Named<'counter'>;
export type HistogramName = Named<'histogram'>;

type ValueOf<Label> = Label extends readonly (infer Value extends string)[] ? Value : string;
/** A value for every label of the metric. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in keyof (typeof metrics)[Name]['labels']]: ValueOf<
    (typeof metrics)[Name]['labels'][Label]
  >;
};

export const metricOf = (name: MetricName): Metric => metrics[name];

/** One number of one metric, as it is now. */
export type Sample = { name: MetricName; labels: Readonly<Record<string, string>>; value: number };

export const sample = <Name extends Exclude<MetricName, HistogramName>>(
  name: Name,
  labels: LabelsOf<Name>,
  value: number,
): Sample => ({ name, labels, value });
