/** What a migration may have to know of the database it runs on. */
export type MigrationContext = { database: 'sqlite' | 'postgres' };

/**
 * One SQL for both, so that a mistake shows on either. In PostgreSQL text is compared byte by byte, whatever language the
 * server was installed in: order, `lower` and `<` on ids are those of SQLite. In SQLite a table is strict: like
 * PostgreSQL it refuses a fraction where a whole number belongs. Released migrations rely on this; it must not change.
 */
export const translate = (statement: string, { database }: MigrationContext): string => {
  if (database === 'postgres') return statement.replaceAll(/\btext\b/g, 'text collate "C"');
  return statement.startsWith('create table ') ? `${statement} strict` : statement;
};
