/** Traces of runs, where the configuration names a collector; else nothing of it is loaded, and nothing is done. */
import type { EventEmitter } from 'node:events';
import type { LiveFrame } from '#shared/api.ts';
import type { Store } from '../store/store.ts';
import type { Scene } from './scene.ts';

export async function openTracing(
  { config: { tracing }, metrics, logger, version, now, closers }: Scene,
  store: Pick<Store, 'read'>,
  changes: EventEmitter<{ changed: [LiveFrame] }>,
): Promise<void> {
  if (!tracing) return;
  const { startExporter } = await import('../tracing/exporter.ts');
  const { startTracer } = await import('../tracing/tracer.ts');
  const exporter = startExporter({
    ...tracing,
    version,
    report: logger,
    counted: (outcome, spans) => metrics.count('paddock_trace_spans_total', { outcome }, spans),
  });
  closers.push(exporter.close);
  const tracer = startTracer({ store, exporter, report: logger, now });
  closers.push(tracer.close);
  changes.on('changed', ({ run }) => tracer.touch(run));
}
