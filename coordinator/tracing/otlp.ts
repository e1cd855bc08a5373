/** Spans in OTLP/JSON. @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
import type { Span } from './run-spans.ts';

type Value =
  | { stringValue: string }
  | { intValue: number }
  | { doubleValue: number }
  | { boolValue: boolean };
type Attribute = { key: string; value: Value };

const internal = 1;
const statusCodes = { unset: 0, ok: 1, error: 2 } as const;

const asValue = (value: string | number | boolean): Value => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
};

const attributesOf = (attributes: Span['attributes']): Attribute[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: asValue(value) }));

const nanoseconds = (ms: number): string => `${ms}000000`;

/** The body of one request. */
export const otlpBody = (spans: readonly Span[], version: string): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({ 'service.name': 'paddock', 'service.version': version }),
          droppedAttributesCount: 0,
        },
        scopeSpans: [
          {
            scope: { name: 'paddock', version },
            spans: spans.map(({ traceId, spanId, parentSpanId, name, start, end, attributes, status }) => ({
              ...{ traceId, spanId, ...(parentSpanId === null ? {} : { parentSpanId }), name },
              kind: internal,
              startTimeUnixNano: nanoseconds(start),
              endTimeUnixNano: nanoseconds(end),
              attributes: attributesOf(attributes),
              ...{ droppedAttributesCount: 0, events: [], droppedEventsCount: 0 },
              status: { code: statusCodes[status] },
              ...{ links: [], droppedLinksCount: 0 },
            })),
          },
        ],
      },
    ],
  });
