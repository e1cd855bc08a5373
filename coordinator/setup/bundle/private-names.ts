/** Names of repositories that are not for everybody: those that are private, and those of which nobody knows. */
import { existsSync } from 'node:fs';
import { type Config, configuredNames } from '../../config/config.ts';
import { connect } from '../../store/connect.ts';

/** @throws StoreError when the database cannot be read: then nobody knows what to hide */
export async function privateNames(config: Config): Promise<string[]> {
  const { database } = config;
  const configured = configuredNames(config);
  if (database.type === 'sqlite' && !existsSync(database.file)) return configured;
  const db = connect(database, 'reader');
  try {
    const rows = await db.selectFrom('repository').select(['full_name', 'is_private']).execute();
    const open = new Set(rows.filter(row => row.is_private === 0).map(row => row.full_name.toLowerCase()));
    const closed = rows.filter(row => row.is_private !== 0).map(row => row.full_name);
    return [...closed, ...configured.filter(name => !open.has(name.toLowerCase()))];
  } finally {
    await db.destroy();
  }
}
