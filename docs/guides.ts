/** The parts of the guides that are written by `npm run schemas`: between two comments, from the schema of a file. */
import { keyTable, type Schema } from './key-table.ts';

const tables = /(<!-- keys of (\S+), written by `npm run schemas` -->\n)[\s\S]*?(\n<!-- end of keys -->)/g;

/** The guide with its tables as they should be. Throws for a table of a file that has no schema. */
export function withTables(guide: string, schemas: ReadonlyMap<string, Schema>): string {
  return guide.replace(tables, (_, begin: string, file: string, end: string) => {
    const schema = schemas.get(file);
    if (!schema) throw new Error(`there is no schema of ${file}`);
    return `${begin}\n${keyTable(schema)}\n${end}`;
  });
}
