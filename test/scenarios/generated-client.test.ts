/** A client that somebody else generates from `/api/openapi.json`, without a line of ours. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { generate } from 'openapi-typescript-codegen';
import { expect, test } from 'vitest';
import { suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Starts a run, follows its one job to the end, and prints what the job printed. */
const program = `
import { JobsService, LogsService, OpenAPI, RunsService, type Job, type Run } from './client/index';

const [url, token, repository, commit] = process.argv.slice(2) as [string, string, string, string];
OpenAPI.BASE = url;
OpenAPI.TOKEN = token;

const started: Run = await RunsService.startRun({ repository, commit, ref: 'main', name: 'acme/by-hand' });
const live = new WebSocket(\`\${url.replace(/^http/, 'ws')}/api/v1/live\`, { headers: { authorization: \`Bearer \${token}\` } } as never);
await new Promise(open => live.addEventListener('open', open, { once: true }));

async function ended(): Promise<Job> {
  for (;;) {
    const changed = new Promise(heard => live.addEventListener('message', heard, { once: true }));
    const { jobs: [first] } = await RunsService.getRun(started.id);
    const job = first && (await JobsService.getJob(first.id));
    if (job?.endedAt && job.attempt) return job;
    await changed;
  }
}

const { id, attempt, standing, suite } = await ended();
live.close();
const log = await LogsService.readLog(\`\${attempt}.txt\`);
const { bytes } = await LogsService.getLogLines(attempt!, 0, 1);
console.log(JSON.stringify({ run: started.id, job: id, suite, standing, log, line: atob(bytes) }));
`;

async function makeProgram(document: object, folder: string): Promise<string> {
  await generate({ input: document, output: path.join(folder, 'client'), useUnionTypes: true });
  const source = path.join(folder, 'program.mts');
  await writeFile(source, program);
  const outfile = path.join(folder, 'program.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  return outfile;
}

/** With the types of the generator: what the document says of answers is what the program may do with them. */
async function checkTypes(folder: string): Promise<void> {
  const options = {
    target: 'es2022',
    module: 'es2022',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
  };
  await writeFile(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...options, types: ['node'], typeRoots: [path.join(root, 'node_modules/@types')] },
      files: ['program.mts'],
    }),
  );
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(({ stdout }) => {
    throw new Error(`the generated client does not fit its own types:\n${stdout}`);
  });
}

test('a client that was generated from the document starts a run and reads its log', () =>
  withFleet({}, async fleet => {
    const folder = await mkdtemp(path.join(tmpdir(), 'paddock-third-party-'));
    fleet.onClose(() => rm(folder, { recursive: true, force: true }));
    const document = (await (await fetch(`${fleet.url}/api/openapi.json`)).json()) as object;
    const file = await makeProgram(document, folder);
    await checkTypes(folder);

    const commit = await fleet.origin.commit('main', 'By hand', suite('echo hello from a third party'));
    const { authorization } = await fleet.api.authorization();
    const token = authorization.replace('Bearer ', '');
    const { stdout } = await promisify(execFile)(process.execPath, [
      file,
      fleet.url,
      token,
      fleet.origin.directory,
      commit,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      run: expect.stringMatching(/^run_/),
      job: expect.stringMatching(/^job_/),
      suite: 'default',
      standing: 'passed',
      log: 'hello from a third party\n',
      line: 'hello from a third party\n',
    });
  }));
