/**
 * `npm run schemas`: writes the JSON Schemas that editors use for the files that people write, and the tables of their keys
 * in the guides. Both describe the files as written (durations and sizes as text), and come from the schemas that read them.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { configFile } from '#coordinator/config/config.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { scenarioFile } from '#shared/scenario-file.ts';
import { suiteFile } from '#shared/suite-file.ts';
import { withTables } from './guides.ts';
import type { Schema } from './key-table.ts';
import { alertRules } from './observability/alerts.ts';
import { dashboard } from './observability/dashboard.ts';

const files = {
  '.paddock.yml': { schema: suiteFile, title: '.paddock.yml of a tested repository' },
  'image.yaml': { schema: imageManifest, title: 'image.yaml of an operating system' },
  'scenario.yaml': { schema: scenarioFile, title: 'scenario.yaml of paddock simulate' },
  'paddock.yaml': { schema: configFile, title: 'paddock.yaml of a coordinator' },
} as const;

const schemas: ReadonlyMap<string, Schema> = new Map(
  Object.entries(files).map(([name, { schema, title }]) => {
    const body = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
    return [name, { ...body, title }];
  }),
);

/** File name → text, byte for byte what belongs in `docs/schemas/`. */
export const schemaTexts = (): Map<string, string> =>
  new Map(
    [...schemas].map(([name, schema]) => [
      `${name.replace(/^\./, '')}.schema.json`,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  );

export const schemasFolder = path.join(import.meta.dirname, 'schemas');

/** Path of each guide → its text, with the tables that belong in it. */
export async function guideTexts(): Promise<Map<string, string>> {
  const names = (await readdir(import.meta.dirname)).filter(name => name.endsWith('.md'));
  const texts = names.map(async name => {
    const file = path.join(import.meta.dirname, name);
    return [file, withTables(await readFile(file, 'utf8'), schemas)] as const;
  });
  return new Map(await Promise.all(texts));
}

/** What Grafana and Prometheus are given: path → text. */
export const observabilityTexts = (): Map<string, string> => {
  const folder = path.join(import.meta.dirname, 'observability');
  return new Map([
    [path.join(folder, 'dashboard.json'), dashboard()],
    [path.join(folder, 'alerts.yaml'), alertRules()],
  ]);
};

if (import.meta.main) {
  await mkdir(schemasFolder, { recursive: true });
  for (const [name, text] of schemaTexts()) await writeFile(path.join(schemasFolder, name), text);
  for (const [file, text] of observabilityTexts()) await writeFile(file, text);
  for (const [file, text] of await guideTexts()) await writeFile(file, text);
}
