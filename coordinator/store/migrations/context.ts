/** What a migration may have to know of the database it runs on. */
export type MigrationContext = { isPostgres: boolean };
