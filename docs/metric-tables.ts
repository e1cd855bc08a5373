/** The tables of metrics.md, in Markdown, from the catalogue. */
import { coordinatorMetrics } from '#shared/metrics/coordinator.ts';
import { fleetMetrics } from '#shared/metrics/fleet.ts';
import { forgeMetrics } from '#shared/metrics/forge.ts';
import { jobMetrics } from '#shared/metrics/jobs.ts';
import { type Metric, openLabels } from '#shared/metrics/metric.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Codes of refusals are another guide's. */
const longest = 20;

const labelText = ([label, values]: [string, Metric['labels'][string]]): string => {
  if ('open' in values) return `\`${label}\`: ${openLabels[values.open]}`;
  return values.length > longest
    ? `\`${label}\`: [${values.length} of them](refusals.md)`
    : `\`${label}\`: ${values.map(value => `\`${value}\``).join(', ')}`;
};

const tableOf = (metrics: Readonly<Record<string, Metric>>): string =>
  [
    row(['metric', 'kind', 'what it says', 'labels']),
    row(['---', '---', '---', '---']),
    ...Object.entries(metrics).map(([name, { kind, help, labels }]) =>
      row([`\`${name}\``, kind, help, Object.entries(labels).map(labelText).join('; ')]),
    ),
  ].join('\n');

export const metricTables: Readonly<Record<string, string>> = {
  'metrics-of-jobs': tableOf(jobMetrics),
  'metrics-of-the-fleet': tableOf(fleetMetrics),
  'metrics-of-the-forge': tableOf(forgeMetrics),
  'metrics-of-the-coordinator': tableOf(coordinatorMetrics),
};
