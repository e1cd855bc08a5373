import { describe, expect, test } from 'vitest';
import { readModule } from './architecture/read-module.ts';
import { violationsOf } from './architecture/rules.ts';
import { readTree } from './architecture/tree.ts';

test('the tree keeps the rules of the house', async () => {
  const files = await readTree();
  expect(files.length).toBeGreaterThan(20);
  expect(violationsOf(files.map(readModule))).toEqual([]);
  // Every file of the tree is parsed: seconds, unless the computer has much else to do.
}, 120_000);

const check = (files: Record<string, string>) =>
  violationsOf(Object.entries(files).map(([path, text]) => readModule({ path, text })));

/** One planted violation per rule: the file, its text, and the sentence that must be said. */
const planted: [rule: string, path: string, text: string, sentence: RegExp][] = [
  [
    'the contract sees nobody',
    'shared/a.ts',
    "import '#agent/guest/b.ts'",
    /shared does not see agent\/guest/,
  ],
  ['the contract is free of Node', 'shared/a.ts', "import 'node:fs'", /zod only/],
  ['the contract is free of packages', 'shared/a.ts', "import x from 'yaml'", /zod only/],
  [
    'an agent sees the contract only',
    'agent/host/a.ts',
    "import '#coordinator/config/config.ts'",
    /agent\/host does not see/,
  ],
  [
    'the two agents are apart',
    'agent/host/a.ts',
    "import '../guest/b.ts'",
    /agent\/host does not see agent\/guest/,
  ],
  ['the guest stays small', 'agent/guest/a.ts', "import { execa } from 'execa'", /stays small/],
  ['what both agents share stays small', 'agent/keys/a.ts', "import { execa } from 'execa'", /stays small/],
  [
    'adapters see the contract only',
    'coordinator/store/a.ts',
    "import '../bus/b.ts'",
    /does not see coordinator\/bus/,
  ],
  [
    'adapters do not see features',
    'coordinator/bus/a.ts',
    "import '../runs/b.ts'",
    /does not see coordinator\/runs/,
  ],
  [
    'features are apart',
    'coordinator/runs/a.ts',
    "import '../queue/b.ts'",
    /features do not import each other/,
  ],
  [
    'features are apart in types too',
    'coordinator/runs/a.ts',
    "import type { B } from '../queue/b.ts'",
    /each other/,
  ],
  [
    'features do not see delivery',
    'coordinator/runs/a.ts',
    "import '../http/b.ts'",
    /does not see coordinator\/http/,
  ],
  [
    'delivery does not see adapters',
    'coordinator/http/a.ts',
    "import '../store/b.ts'",
    /does not see coordinator\/store/,
  ],
  [
    'nobody sees the root',
    'coordinator/http/a.ts',
    "import '../coordinator.ts'",
    /does not see coordinator\/root/,
  ],
  [
    'the command line is a client',
    'coordinator/cli/a.ts',
    "import '../main.ts'",
    /does not see coordinator\/root/,
  ],
  [
    'local verbs pass through the root',
    'coordinator/cli/local-verbs.ts',
    "import '../store/b.ts'",
    /does not see/,
  ],
  ['the web sees the contract only', 'coordinator/web/a.tsx', "import '../http/b.ts'", /does not see/],
  ['what the pages load is counted', 'coordinator/web/a.tsx', "import 'lodash'", /counted/],
  ['the web runs in a browser', 'coordinator/web/a.tsx', "import 'node:fs'", /browser/],
  [
    'the product does not see its tests',
    'coordinator/main.ts',
    "import '#test/support/until.ts'",
    /does not see test/,
  ],
  ['SQL lives in the store', 'coordinator/runs/a.ts', "import { sql } from 'kysely'", /SQL lives only/],
  ['SQLite lives in the store', 'coordinator/coordinator.ts', "import 'node:sqlite'", /SQL lives only/],
  [
    'PostgreSQL lives in the store',
    'coordinator/setup/a.ts',
    "const pg = await import('pg')",
    /SQL lives only/,
  ],
  ['NATS lives in the bus', 'coordinator/logs/a.ts', "import '@nats-io/nats-core'", /NATS lives only/],
  ['a new folder needs a place', 'coordinator/attic/a.ts', '', /belongs to no room/],
  ['a target needs a place', 'coordinator/main.ts', "import './attic/a.ts'", /belongs to no room/],
  ['paths are relative inside a folder', 'agent/host/a.ts', "import '#agent/keys/b.ts'", /path is relative/],
  [
    'paths are named across folders',
    'agent/host/a.ts',
    "import '../../shared/ids.ts'",
    /it is #shared\/ids\.ts/,
  ],
  ['imports name files', 'agent/host/a.ts', "import './b'", /with its ending/],
  ['modules of Node are called so', 'agent/host/a.ts', "import 'fs'", /say node:fs/],
  ['re-exports are imports', 'coordinator/runs/a.ts', "export { b } from '../queue/b.ts'", /each other/],
  ['whole re-exports are imports', 'coordinator/runs/a.ts', "export * from '../queue/b.ts'", /each other/],
  ['dynamic imports are imports', 'coordinator/runs/a.ts', "await import('../queue/b.ts')", /each other/],
  ['require is an import', 'coordinator/runs/a.ts', "require('kysely')", /SQL lives only/],
  ['inline types are imports', 'coordinator/runs/a.ts', "let b: import('../queue/b.ts').B", /each other/],
  ['computed imports are refused', 'coordinator/runs/a.ts', 'await import(name)', /computed target/],
  [
    'the environment is read once',
    'coordinator/runs/a.ts',
    'const { HOME } = process.env',
    /reads process\.env/,
  ],
  ['however it is spelled', 'coordinator/runs/a.ts', "globalThis.process['env']", /reads process\.env/],
  ['or taken apart', 'coordinator/runs/a.ts', 'const { env } = process', /reads process\.env/],
  ['or imported', 'coordinator/runs/a.ts', "import { env } from 'node:process'", /reads process\.env/],
  ['the guest asks its platform folder', 'agent/guest/a.ts', 'process.platform', /reads process\.platform/],
  ['a file has a telling name', 'coordinator/runs/utils.ts', '', /"utils" names nothing/],
  ['a folder has a telling name', 'agent/common/a.ts', '', /"common" names nothing/],
  ['names are kebab-case', 'agent/host/hostAgent.ts', '', /not kebab-case/],
  ['checks are not silenced', 'agent/host/a.ts', '// @ts-expect-error later', /silenced check/],
  ['nothing is promised', 'agent/host/a.ts', '/* TODO finish */', /promise of work/],
];

describe('a planted violation is caught', () => {
  test.each(planted)('%s', (_, path, text, sentence) => {
    expect(check({ [path]: text })).toEqual([expect.stringMatching(sentence)]);
  });

  test('and says file and line', () => {
    const [sentence] = check({ 'coordinator/runs/a.ts': "\n\nimport '../queue/b.ts'" });
    expect(sentence).toMatch(/^coordinator\/runs\/a\.ts:3: imports \.\.\/queue\/b\.ts: /);
  });

  test('a ring of imports is named once, as a ring', () => {
    const ring = {
      'shared/a.ts': "import './b.ts'",
      'shared/b.ts': "import './c.ts'",
      'shared/c.ts': "import type { A } from './a.ts'; import './d.ts'",
      'shared/d.ts': '',
    };
    expect(check(ring)).toEqual([
      'shared/a.ts: import cycle shared/a.ts → shared/b.ts → shared/c.ts → shared/a.ts',
    ]);
  });

  test('a module that imports itself is a ring', () => {
    expect(check({ 'shared/a.ts': "import './a.ts'" })).toEqual([expect.stringContaining('import cycle')]);
  });
});

/** What the rules allow must stay allowed, or people would stop believing them. */
const allowed: [path: string, text: string][] = [
  ['shared/a.ts', "import * as z from 'zod'; import './ids.ts'"],
  ['agent/guest/a.ts', "import '#shared/ids.ts'; import '../keys/b.ts'; import '@nats-io/transport-node'"],
  ['agent/guest/platform/a.ts', 'process.platform'],
  ['coordinator/store/a.ts', "import 'kysely'; import 'node:sqlite'; import '#shared/job.ts'"],
  ['coordinator/config/config.ts', "import '../yaml/yaml.ts'; process.env.HOME"],
  ['coordinator/runs/a.ts', "import '../store/b.ts'; import './errors.ts'; import '#shared/run.ts'"],
  ['coordinator/http/a.ts', "import '../runs/errors.ts'"],
  ['coordinator/cli/main.ts', "import './local-verbs.ts'; process.env.HOME"],
  ['coordinator/cli/local-verbs.ts', "import '../coordinator.ts'; import './print.ts'"],
  ['coordinator/coordinator.ts', "import './runs/a.ts'; import './http/app.ts'; import './bus/bus.ts'"],
  ['test/store.test.ts', "import 'kysely'; import '#coordinator/store/a.ts'; await import(name)"],
];

test.each(allowed)('%s may contain: %s', (path, text) => {
  expect(check({ [path]: text })).toEqual([]);
});
