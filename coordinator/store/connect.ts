import { Kysely } from 'kysely';
import { postgresDialect } from './postgres.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export type StoreLocation = { type: 'sqlite'; file: string } | { type: 'postgres'; url: string };

/** How a person knows the database. A URL may carry a password. */
export const placeOf = (location: StoreLocation): string =>
  location.type === 'sqlite' ? `the database ${location.file}` : 'the PostgreSQL database';

/** Connects at the first query. A reader changes nothing, not even by mistake. */
export function connect<Schema = Tables>(location: StoreLocation, mode: 'writer' | 'reader'): Kysely<Schema> {
  const place = placeOf(location);
  const dialect =
    location.type === 'sqlite'
      ? sqliteDialect(location.file, mode, place)
      : postgresDialect(location.url, mode, place);
  return new Kysely<Schema>({ dialect });
}
