/**
 * `npm run schemas`: writes the JSON Schemas that editors use for `.paddock.yml` and `image.yaml`. They describe the
 * files as written (durations and sizes as text), and come from the schemas that read them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { imageManifest } from '#shared/image-manifest.ts';
import { suiteFile } from '#shared/suite-file.ts';

const written = {
  'paddock.yml.schema.json': { schema: suiteFile, title: '.paddock.yml of a tested repository' },
  'image.yaml.schema.json': { schema: imageManifest, title: 'image.yaml of an operating system' },
} as const;

/** File name → text, byte for byte what belongs in `docs/schemas/`. */
export function schemaTexts(): Map<string, string> {
  return new Map(
    Object.entries(written).map(([name, { schema, title }]) => {
      const body = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
      return [name, `${JSON.stringify({ title, ...body }, null, 2)}\n`];
    }),
  );
}

export const schemasFolder = path.join(import.meta.dirname, 'schemas');

if (import.meta.main) {
  await mkdir(schemasFolder, { recursive: true });
  for (const [name, text] of schemaTexts()) await writeFile(path.join(schemasFolder, name), text);
}
