import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { computersFile } from '#agent/host/drivers/ssh/computers.ts';
import { configFile, parseConfig } from '#coordinator/config/config.ts';
import { problemText, readYaml } from '#coordinator/yaml/yaml.ts';
import { guideTexts, schemaTexts } from '#docs/write-schemas.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { scenarioFile } from '#shared/scenario-file.ts';
import { suiteFile } from '#shared/suite-file.ts';
import { typeCommand } from '../coordinator/cli/support/type-command.ts';
import { blocksOf, commandsOf, linksOf, readGuides, root } from './guide-texts.ts';

const guides = await readGuides();

test('the tables of keys are what `npm run schemas` writes', async () => {
  for (const [file, text] of await guideTexts())
    expect(await readFile(file, 'utf8'), `${file}: run npm run schemas`).toBe(text);
});

test.each(guides)('the links of $file lead somewhere', async ({ file, text }) => {
  for (const target of linksOf(text)) await access(path.join(root, path.dirname(file), target));
});

const readers = {
  '.paddock.yml': suiteFile,
  'image.yaml': imageManifest,
  'paddock.yaml': configFile,
  'computers.yaml': computersFile,
  'scenario.yaml': scenarioFile,
};

test.each(guides)('what $file shows of a file is read as one', ({ text }) => {
  for (const block of blocksOf(text).filter(({ language }) => language === 'yaml')) {
    const file = /^# (\S+)\n/.exec(block.text)?.[1] ?? '(a block without the name of its file)';
    const reader = Object.hasOwn(readers, file) ? readers[file as keyof typeof readers] : null;
    if (!reader) throw new Error(`${file} is none of ${Object.keys(readers)}`);
    const answer = readYaml(reader, block.text, file);
    expect('ok' in answer ? [] : answer.problems.map(problemText)).toEqual([]);
  }
});

test.each(guides)('the scripts and verbs that $file names are there', async ({ text }) => {
  const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  for (const command of commandsOf(text)) {
    const [, script] = /^npm run ([\w:-]+)/.exec(command) ?? [];
    if (script) expect(Object.keys(scripts)).toContain(script);
    const [, verb, rest = ''] =
      /^(?:npx )?paddock ((?:github |host |pool |machine |tls |token |people |sessions |audit )?[a-z]+(?:-[a-z]+)*)(.*)/.exec(
        command,
      ) ?? [];
    if (!verb) continue;
    const help = await typeCommand([...verb.split(' '), '--help']);
    expect(help.stdout, command).toMatch(`Usage: paddock ${verb} `);
    for (const [option] of rest.matchAll(/(?<= )--[a-z-]+/g)) expect(help.stdout).toContain(option);
  }
});

test('what README.md calls not yet there is refused as of a later version', async () => {
  const text = await readFile(path.join(root, 'README.md'), 'utf8');
  const [, sentence = ''] = /Also not yet: ([^.]+)\./.exec(text) ?? [];
  const keys = [...sentence.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    const suite = { steps: ['make'], [key]: {} };
    const { error } = suiteFile.safeParse({ version: 1, suites: { unit: suite }, [key]: {} });
    const said = error?.issues.map(({ message }) => message) ?? [];
    expect(said).toContainEqual(expect.stringContaining(`\`${key}\` does not work in this version`));
  }
});

test('the example of a configuration can be used, and editors accept it', async () => {
  const text = await readFile(path.join(root, 'docs/paddock.example.yaml'), 'utf8');
  const env = { PADDOCK_GITHUB_TOKEN: 'token', PADDOCK_WEBHOOK_SECRET: 'secret' };
  const config = await parseConfig({ file: null, text, directory: root, env });
  expect(config).toMatchObject({
    github: { access: { token: 'token' }, webhookSecrets: ['secret'] },
    images: [{ name: 'this-computer' }],
  });
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const isValid = ajv.compile(JSON.parse(schemaTexts().get('paddock.yaml.schema.json') ?? 'null'));
  expect([isValid(parse(text)), isValid.errors]).toEqual([true, null]);
});
