import type { Operations } from '../operation.ts';

export const systemOperations = {
  'GET /api/v1/system': {
    id: 'getSystem',
    tag: 'System',
    summary: 'How the coordinator stands: bus, hosts, machines, what waits for GitHub',
    cli: 'paddock status',
  },
  'GET /api/v1/deliveries': {
    id: 'listDeliveries',
    tag: 'System',
    summary: 'Webhooks that came, newest first, and what became of each',
    parameters: { before: 'What `next` of the page before said.' },
    cli: 'paddock deliveries',
  },
  'GET /api/openapi.json': {
    id: 'getOpenApi',
    tag: 'System',
    summary: 'This document',
    gives: { type: 'application/json', text: 'OpenAPI 3.1.' },
  },
} as const satisfies Operations;
