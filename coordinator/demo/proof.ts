/** Whether what the story left behind is right: statuses, logs and the artifact, each asked for over HTTP and recomputed. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { type JobView, jobView } from '#shared/api.ts';
import { type RunLine, runPage } from '#shared/run-line.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Chapter } from './chapter.ts';
import { artifactPath } from './rocket.ts';
import { repository, type Stage } from './stage.ts';

export type Finding = { what: string; isRight: boolean; detail: string };

export type Proof = { findings: Finding[]; runs: RunLine[] };

/** Looks at everything; a thing that is wrong is a finding, not an error. */
export async function prove(stage: Stage, chapters: readonly Chapter[]): Promise<Proof> {
  const ask = await asker(stage);
  const { items: runs } = await ask('/api/v1/runs?jobs=brief', runPage);
  const jobs: JobView[] = [];
  for (const { id } of runs.flatMap(run => run.jobs ?? []))
    jobs.push(await ask(`/api/v1/jobs/${id}`, jobView));
  const findings = [
    ...chapters.flatMap(chapter => proveStatuses(stage, chapter)),
    ...(await Promise.all(jobs.map(proveLog))),
    ...(await proveArtifact(jobs)),
  ];
  return { findings, runs };
}

type Ask = <Schema extends z.ZodType>(path: string, schema: Schema) => Promise<z.output<Schema>>;

async function asker({ occasion }: Stage): Promise<Ask> {
  const token = (await readFile(occasion.tokenFile, 'utf8')).trim();
  return async (path, schema) => {
    const response = await fetch(occasion.url + path, { headers: { authorization: `Bearer ${token}` } });
    return schema.parse(await response.json());
  };
}

/** The newest status of each context is the expected one, and its link leads to a page. */
function proveStatuses({ github, occasion }: Stage, { commit, expected }: Chapter): Finding[] {
  const statuses = github.statusesOf(repository, commit);
  return [...expected].map(([context, state]) => {
    const newest = statuses.findLast(status => status.context === context);
    const isLinked = newest?.targetUrl?.startsWith(`${occasion.url}/jobs/`) === true;
    const detail = newest ? `${newest.state}: ${newest.description}` : 'no status';
    return {
      what: `status ${context} of ${shortCommit(commit)}`,
      isRight: newest?.state === state && isLinked,
      detail,
    };
  });
}

/** The stored log has the digest that its agent computed. */
async function proveLog({ suite, run, history }: JobView): Promise<Finding> {
  const what = `log of ${suite} at ${shortCommit(run.commit)}`;
  const attempt = history.at(-1);
  if (attempt?.log?.state !== 'complete') return { what, isRight: false, detail: 'no complete log' };
  const { bytes, sha256 } = await download(attempt.logUrl);
  const isRight = bytes === attempt.log.bytes && sha256 === attempt.log.sha256;
  return { what, isRight, detail: `${bytes} bytes, sha256 ${sha256.slice(0, 12)}` };
}

async function proveArtifact(jobs: readonly JobView[]): Promise<Finding[]> {
  const found = jobs.flatMap(job => job.artifacts).filter(({ path }) => path === artifactPath);
  const [artifact] = found;
  const what = `artifact ${artifactPath}`;
  if (!artifact || found.length > 1) return [{ what, isRight: false, detail: `found ${found.length} times` }];
  const { bytes, sha256 } = await download(artifact.url);
  const isRight = bytes === artifact.bytes && sha256 === artifact.sha256;
  return [{ what, isRight, detail: `${bytes} bytes, sha256 ${sha256.slice(0, 12)}` }];
}

/** As anybody may: the repository is public. */
async function download(url: string): Promise<{ bytes: number; sha256: string }> {
  const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
  return { bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') };
}
