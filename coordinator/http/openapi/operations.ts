/** Every route of the API by method and address. One under `/api/` that has no line here is not built. */
import type { Operation, Operations } from './operation.ts';
import { accessOperations } from './operations/access.ts';
import { fleetOperations } from './operations/fleet.ts';
import { imageOperations } from './operations/images.ts';
import { mergingOperations } from './operations/merging.ts';
import { readingOperations } from './operations/reading.ts';
import { runOperations } from './operations/runs.ts';
import { systemOperations } from './operations/system.ts';

export const operations: Operations = {
  ...runOperations,
  ...readingOperations,
  ...mergingOperations,
  ...accessOperations,
  ...fleetOperations,
  ...imageOperations,
  ...systemOperations,
};

export const operationOf = (method: string, url: string): Operation | null =>
  operations[`${method} ${url}`] ?? null;
