/** Brings the database given to the schema of today, then dies half-way through a migration that follows. */
import { type Kysely, sql } from 'kysely';
import { connect } from '#coordinator/store/connect.ts';
import { migrate, migrations } from '#coordinator/store/migrate.ts';

const [, , file = ''] = process.argv;
const db = connect<unknown>({ type: 'sqlite', file }, 'writer');
const dying = {
  number: migrations.length + 1,
  name: 'dying',
  async up(tx: Kysely<unknown>) {
    await sql`create table half (a integer)`.execute(tx);
    await sql`drop table upload`.execute(tx);
    process.kill(process.pid, 'SIGKILL');
  },
};
await migrate(db, 'sqlite', 'the database', [...migrations, dying]);
