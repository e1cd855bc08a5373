import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { schemasFolder, schemaTexts } from '#docs/write-schemas.ts';

test('the JSON Schemas are what `npm run schemas` writes', async () => {
  const texts = schemaTexts();
  expect((await readdir(schemasFolder)).sort()).toEqual([...texts.keys()].sort());
  for (const [name, text] of texts)
    expect(await readFile(path.join(schemasFolder, name), 'utf8'), `${name}: run npm run schemas`).toBe(text);
});

const validatorOf = (name: string) => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(schemaTexts().get(name) ?? 'null'));
};

test('an editor accepts a good suite file as it is written', () => {
  const isValid = validatorOf('paddock.yml.schema.json');
  const file = {
    version: 1,
    suites: { unit: { steps: ['npm ci', { run: 'npm test', timeout: '10m' }], env: { JOBS: 4 } } },
    'on-merge': { build: { needs: ['unit'], steps: ['make dist'], artifacts: ['dist/*'] } },
  };
  expect([isValid(file), isValid.errors]).toEqual([true, null]);
});

test.each([
  { version: 2, suites: { unit: { steps: ['true'] } } },
  { version: 1, suites: { unit: { steps: ['true'], services: {} } } },
  { version: 1, suites: { unit: { steps: [{ run: 'true', timeout: 10 }] } } },
  { version: 1, suites: { unit: { stepz: ['true'] } } },
])('an editor marks %j', file => {
  expect(validatorOf('paddock.yml.schema.json')(file)).toBe(false);
});

test('an editor accepts a good image manifest and marks a bad one', () => {
  const isValid = validatorOf('image.yaml.schema.json');
  const image = { name: 'debian-12', os: 'debian', arch: 'x86_64', machine: { driver: 'process' } };
  expect(isValid(image)).toBe(true);
  expect(isValid({ ...image, machine: { driver: 'process', memory: 512 } })).toBe(false);
});
