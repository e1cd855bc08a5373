/**
 * What may stand for a `?` in a query. Both databases get the same, checked in one place: their libraries guess
 * differently at anything else. A Date would be NULL in SQLite and text in PostgreSQL, an object a bag of named parameters
 * here and JSON there, NaN would be NULL or an error.
 */
export type Scalar = string | number | bigint | null | Uint8Array;

/** PostgreSQL's text cannot hold this character; text from strangers may. */
const nul = '\0';
const replacement = '\ufffd';

/** @throws TypeError */
export const toScalars = (parameters: readonly unknown[]): Scalar[] => parameters.map(toScalar);

function toScalar(value: unknown): Scalar {
  if (typeof value === 'string') return value.includes(nul) ? value.replaceAll(nul, replacement) : value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === null || typeof value === 'bigint' || value instanceof Uint8Array) return value;
  throw new TypeError(`a query takes strings, finite numbers, bytes and null; it got ${describe(value)}`);
}

const describe = (value: unknown): string =>
  typeof value === 'object' ? `an object (${value?.constructor?.name ?? 'no class'})` : String(value);
