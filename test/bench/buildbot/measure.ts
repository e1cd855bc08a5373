import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { serveGit } from '#coordinator/demo/git-server.ts';
import { now } from '../figures.ts';
import { addCommits, makeRepository } from '../paddock/commits.ts';
import { stampOf } from '../paddock/dispatch.ts';
import { logCommands, writeLog } from '../paddock/log.ts';
import { memoryOf } from '../paddock/memory.ts';
import { treeOf } from '../paddock/source.ts';
import type { Place } from '../place.ts';
import { compile } from '../programs/compile.ts';
import { type Buildbot, withBuildbot } from './buildbot.ts';

export type BuildbotFigures = {
  version: string;
  dispatch: number[];
  'dispatch-source': number[];
  'jobs-static': number[];
  'log-200k': { block: number[]; line: number[] };
  memory: { idle: { master: number; worker: number }; busy: { master: number; worker: number } };
};

/** The same work on the same machine; counts are smaller where it is slow, the medians are what is compared. */
const counts = { dispatch: 20, source: 15, jobs: 60, log: 3 };
const quietMs = 150;
const restMs = 3_000;

export async function measureBuildbot(place: Place): Promise<BuildbotFigures> {
  const stamp = await compile('stamp', place.data);
  if (!stamp) throw new Error('needs a C compiler: cc');
  const files = { dispatch: join(place.work, 'bb-dispatch'), source: join(place.work, 'bb-source') };
  const log = logCommands(await writeLog(place));
  const repositories = join(place.data, 'bb-git');
  const bare = join(repositories, 'acme/rocket.git');
  await makeRepository(bare);
  await addCommits(bare, [treeOf(100)], 'source');
  const git = await serveGit(repositories, process.env.PATH);
  const commands = {
    dispatch: [stamp, files.dispatch, 'true'],
    source: [stamp, files.source, 'true'],
    jobs: ['true'],
    block: log.block.split(' '),
    line: ['/bin/sh', '-c', log.line],
  };
  const withSource = { names: ['source'], url: git.urlOf('acme/rocket.git') };
  try {
    return await withBuildbot(place, { commands, withSource }, async buildbot => {
      await pause(restMs);
      const idle = residentOf(buildbot, 'VmRSS');
      return {
        version: buildbot.version,
        dispatch: await latency(buildbot, 'dispatch', files.dispatch, counts.dispatch, async () =>
          randomCommit(),
        ),
        'dispatch-source': await latency(buildbot, 'source', files.source, counts.source, async n => {
          const [commit] = await addCommits(bare, [{ 'n.txt': `${n}\n` }], 'source');
          return commit ?? '';
        }),
        'jobs-static': [await throughput(buildbot)],
        'log-200k': { block: await logs(buildbot, 'block'), line: await logs(buildbot, 'line') },
        memory: { idle, busy: residentOf(buildbot, 'VmHWM') },
      };
    });
  } finally {
    await git.close();
  }
}

const randomCommit = (): string => randomBytes(20).toString('hex');

/** The first one is not counted: it clones, and loads what is loaded late. */
async function latency(
  buildbot: Buildbot,
  builder: string,
  file: string,
  count: number,
  commitFor: (n: number) => Promise<string>,
): Promise<number[]> {
  const figures: number[] = [];
  for (let n = 0; n <= count; n++) {
    const commit = await commitFor(n);
    const { sentAt } = await buildbot.push(builder, commit);
    const spawned = await stampOf(file, n);
    await buildbot.untilCompleted(builder, n + 1);
    await pause(quietMs);
    if (n > 0) figures.push(spawned - sentAt);
  }
  return figures;
}

async function throughput(buildbot: Buildbot): Promise<number> {
  const startedAt = now();
  for (let n = 0; n < counts.jobs; n++) await buildbot.push('jobs', randomCommit());
  await buildbot.untilCompleted('jobs', counts.jobs);
  return (counts.jobs / (now() - startedAt)) * 1_000;
}

async function logs(buildbot: Buildbot, builder: 'block' | 'line'): Promise<number[]> {
  const seconds: number[] = [];
  for (let n = 0; n < counts.log; n++) {
    const { sentAt } = await buildbot.push(builder, randomCommit());
    await buildbot.untilCompleted(builder, n + 1);
    seconds.push((now() - sentAt) / 1_000);
  }
  return seconds;
}

const residentOf = ({ pids }: Buildbot, line: 'VmRSS' | 'VmHWM') => ({
  master: memoryOf(pids.master, line),
  worker: memoryOf(pids.worker, line),
});
