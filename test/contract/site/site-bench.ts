import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typeid } from 'typeid-js';
import { usualWay } from '#agent/credentials/route.ts';
import { openSpool } from '#agent/guest/logs/spool.ts';
import type { StepRun } from '#agent/guest/process/follow-step.ts';
import type { Site, SiteFacts, SiteStart, SiteStep } from '#agent/guest/site.ts';
import type { Workplace } from '#agent/guest/workplace.ts';
import { createProcfsTable } from '#agent/process-tree/procfs-table.ts';
import { type MachineId, machineId } from '#shared/ids.ts';
import type { RunSource } from '#shared/messages.ts';
import { attemptNumbered } from '#test/agent/guest/support/specs.ts';

export type SiteBench = {
  site: Site;
  facts: SiteFacts;
  machine: MachineId;
  place: Workplace;
  /** Where the programs of steps are found. */
  path: string;
  run(command: string, changes?: Partial<SiteStep>): Promise<StepRun>;
  bring(source: RunSource): Promise<void>;
  /** Bytes by path, as latin1. */
  artifacts(...patterns: string[]): Promise<Record<string, string>>;
  output(): Buffer;
  text(): string;
  /** Live processes with the mark. */
  alive(): Promise<number[]>;
  stop: AbortController;
  /** What the agent would write on its console. */
  events: string[];
  /** Fails when a process, or anything on either side, is left. */
  close(): Promise<void>;
};

export type SiteBenchOptions = {
  path?: string;
  /** `home` is a directory for whatever it wants. */
  open(start: SiteStart, home: string): Promise<Site>;
};

/** A site with an attempt that has begun. */
export async function openSiteBench({
  open,
  path = process.env.PATH ?? '',
}: SiteBenchOptions): Promise<SiteBench> {
  const home = await mkdtemp(join(tmpdir(), 'paddock-site-'));
  const machine = machineId.parse(typeid('machine').toString());
  const events: string[] = [];
  const ending = new AbortController();
  const site = await open(
    {
      ...{ machine, reuse: 'single-use', way: usualWay, workDirectory: join(home, 'work') },
      environment: { PATH: path },
      log: (event, facts) => events.push(`${event} ${JSON.stringify(facts)}`),
      signal: ending.signal,
    },
    home,
  );
  const facts = await site.prepare();
  const place = site.placeOf(attemptNumbered(1));
  await site.make(place, ending.signal);
  const spool = openSpool({ path: place.spool, limitBytes: 64 * 1024 * 1024 });
  const stop = new AbortController();
  const runs: StepRun[] = [];
  const output = () => {
    const bytes = Buffer.alloc(spool.size());
    spool.read(bytes, 0);
    return bytes;
  };
  const alive = async () =>
    (await createProcfsTable().read(machine)).filter(row => row.isMarked).map(row => row.pid);
  return {
    ...{ site, facts, machine, place, path, stop, events, output, alive },
    text: () => output().toString(),
    async run(run, changes = {}) {
      const step = await site.runStep({
        ...{ place, run, spool, shell: ['/bin/sh', '-e'], directory: place.workspace },
        ...{ timeoutMs: 40_000, idleTimeoutMs: 40_000, killGraceMs: 300, drainMs: 1_000 },
        env: site.environmentOf(place),
        stop: stop.signal,
        ...changes,
      });
      runs.push(step);
      return step;
    },
    bring: source => site.bringSource(place, source, ending.signal),
    async artifacts(...patterns) {
      const contents: Record<string, string> = {};
      for (const { path, file, bring } of await site.findArtifacts(place, patterns, ending.signal)) {
        const brought = await bring?.(ending.signal);
        contents[path] = (await readFile(file)).toString('latin1');
        await brought?.release();
      }
      return contents;
    },
    async close() {
      try {
        stop.abort();
        await Promise.all(runs.map(step => step.close()));
        spool.close();
        await site.remove(place);
        await site.close();
        const left = [...(await alive()), ...(await filesBelow(home))];
        if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}

/** Files that a site may keep between attempts are none. */
const filesBelow = async (home: string): Promise<string[]> =>
  (await readdir(home, { recursive: true, withFileTypes: true }))
    .filter(entry => !entry.isDirectory() && !entry.parentPath.includes('tools'))
    .map(entry => join(entry.parentPath, entry.name));
