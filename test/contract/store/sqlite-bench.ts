import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StoreBench } from './bench.ts';

/** A new database file in a folder of its own. */
export async function openSqliteBench(): Promise<StoreBench & { file: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'paddock-store-'));
  const file = path.join(folder, 'paddock.db');
  return {
    database: 'sqlite',
    file,
    location: { type: 'sqlite', file },
    async outside(statement) {
      const database = new DatabaseSync(file);
      try {
        return database.prepare(statement).all();
      } finally {
        database.close();
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
