/** Where traces are sent to. */
import * as z from 'zod';
import { type ReadSecret, secretSource } from './secret.ts';
import { webUrl } from './web-url.ts';

export const tracingConfig = z
  .strictObject({
    endpoint: webUrl.describe('a collector that takes OTLP over HTTP; `/v1/traces` is added'),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]+$/), secretSource)
      .default({})
      .describe('headers of each request, such as `authorization`'),
  })
  .describe('one trace of each run, by OpenTelemetry; default: none');

export type TracingConfig = { endpoint: string; headers: Record<string, string> };

export const resolveTracing = async (
  { endpoint, headers }: z.output<typeof tracingConfig>,
  secret: ReadSecret,
): Promise<TracingConfig> => ({
  endpoint,
  headers: Object.fromEntries(
    await Promise.all(
      Object.entries(headers).map(async ([name, source]) => [
        name,
        await secret(`tracing.headers.${name}`, source),
      ]),
    ),
  ),
});

export const maskTracing = ({ endpoint, headers }: TracingConfig): object => ({
  endpoint,
  headers: Object.fromEntries(Object.keys(headers).map(name => [name, '(secret)'])),
});
