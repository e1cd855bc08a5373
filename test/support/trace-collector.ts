/** A collector of traces: takes OTLP/JSON over HTTP and holds each request against the shape of the official messages. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.number().int() }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ boolValue: z.boolean() }),
  ]),
});
const nanoseconds = z.string().regex(/^\d{16,20}$/);

/** opentelemetry/proto/trace/v1/trace.proto, in its JSON encoding: ids in hexadecimal, 64-bit numbers as text. */
const span = z.strictObject({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).optional(),
  name: z.string().min(1),
  kind: z.literal(1),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes: z.array(attribute),
  droppedAttributesCount: z.literal(0),
  events: z.array(z.never()),
  droppedEventsCount: z.literal(0),
  links: z.array(z.never()),
  droppedLinksCount: z.literal(0),
  status: z.strictObject({ code: z.union([z.literal(0), z.literal(1), z.literal(2)]) }),
});
const request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(attribute), droppedAttributesCount: z.literal(0) }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(span),
        }),
      ),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof span>;

export async function startCollector() {
  const spans: ReceivedSpan[] = [];
  const authorizations = new Set<string | undefined>();
  const wrong: string[] = [];
  const state = { answer: 200 };
  const server = createServer(async (asked, answer) => {
    const body = await text(asked);
    authorizations.add(asked.headers.authorization);
    if (state.answer === 200) {
      const parsed = request.safeParse(JSON.parse(body));
      if (!parsed.success || asked.url !== '/v1/traces') wrong.push(`${asked.url}: ${parsed.error}`);
      else
        for (const { scopeSpans } of parsed.data.resourceSpans)
          spans.push(...scopeSpans.flatMap(each => each.spans));
    }
    answer.writeHead(state.answer, { 'content-type': 'application/json', connection: 'close' }).end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    authorizations,
    wrong,
    state,
    close: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
