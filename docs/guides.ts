/** The parts of the guides that are written by `npm run schemas`: between two comments, from the schema of a file or from a table. */
import { auditTables } from './audit-tables.ts';
import { credentialTables } from './credential-tables.ts';
import { githubTables } from './github-tables.ts';
import { keyTable, type Schema } from './key-table.ts';
import { logTables } from './log-tables.ts';
import { metricTables } from './metric-tables.ts';
import { refusalTables } from './refusal-tables.ts';
import { roleTables } from './role-tables.ts';

const tables = /(<!-- keys of (\S+), written by `npm run schemas` -->\n)[\s\S]*?(\n<!-- end of keys -->)/g;

const lists =
  /(<!-- table of ([a-z-]+), written by `npm run schemas` -->\n)[\s\S]*?(\n<!-- end of table -->)/g;

/** The guide with its tables as they should be. Throws for a table that nobody writes. */
export function withTables(guide: string, schemas: ReadonlyMap<string, Schema>): string {
  return withKeys(guide, schemas).replace(lists, (_, begin: string, name: string, end: string) => {
    const table =
      githubTables[name] ??
      roleTables[name] ??
      auditTables[name] ??
      credentialTables[name] ??
      refusalTables[name] ??
      metricTables[name] ??
      logTables[name];
    if (table === undefined) throw new Error(`there is no table of ${name}`);
    return `${begin}\n${table}\n${end}`;
  });
}

function withKeys(guide: string, schemas: ReadonlyMap<string, Schema>): string {
  return guide.replace(tables, (_, begin: string, file: string, end: string) => {
    const schema = schemas.get(file);
    if (!schema) throw new Error(`there is no schema of ${file}`);
    return `${begin}\n${keyTable(schema)}\n${end}`;
  });
}
