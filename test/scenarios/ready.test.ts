/** Whether a coordinator that runs says that it does its work, and which part of it does not. */
import { expect, test } from 'vitest';
import { findRunning, readinessFindings } from '#coordinator/setup/doctor/running.ts';
import { problem } from '#shared/api.ts';
import { type ReadyParts, readiness } from '#shared/readiness.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { processesOf } from '#test/support/fleet/processes.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const ask = ({ url }: Fleet, path: string) => fetch(url + path);

const notReady = (parts: ReadyParts): string[] =>
  parts.filter(({ isReady }) => !isReady).map(({ part }) => part);

test('with its nats-server gone it lives and is not ready, says which part is not, and is ready again', () =>
  withFleet({}, async fleet => {
    const ready = await ask(fleet, '/readyz');
    expect([ready.status, notReady(readiness.parse(await ready.json()).parts)]).toEqual([200, []]);
    const answer = await until('it has noticed', async () => {
      for (const { pid } of processesOf(fleet.directory).filter(({ command }) => /nats-server/.test(command)))
        process.kill(pid, 'SIGKILL');
      const answer = await ask(fleet, '/readyz');
      return answer.status === 503 && answer;
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(notReady(problem.parse(await answer.json()).parts ?? [])).toEqual(['bus']);
    expect((await ask(fleet, '/healthz')).status).toBe(200);
    await until('it is back', async () => (await ask(fleet, '/readyz')).status === 200);
  }));

test('what paddock doctor and paddock status go by says that it is ready', () =>
  withFleet({}, async fleet => {
    const running = await findRunning(fleet.dataDir);
    expect(running && readinessFindings(running)).toEqual([
      { about: 'coordinator', state: 'good', text: 'it is ready', remedy: null },
    ]);
    expect(notReady((await fleet.api.system()).parts)).toEqual([]);
  }));
