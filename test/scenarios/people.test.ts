import { expect, test } from 'vitest';
import { repository } from '#test/support/fleet/fleet.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { ask } from '#test/support/people/ask.ts';
import { signInWithGithub, whoIs } from '#test/support/people/visit-github.ts';
import { watchChanges } from '#test/support/people/watch.ts';
import { until } from '#test/support/until.ts';

test('somebody signs in, sees a private run, and sees and hears nothing of it from the moment on in which GitHub says so', () =>
  withFleet({ hasSignIn: true }, async fleet => {
    const { fake, ports, send, url } = fleet;
    const place = { port: ports.people };
    const { head } = await openPull(fleet, suite('echo hello'));
    const { id } = (await settled(fleet, head)).run;
    const statusFor = async (headers: Record<string, string>) =>
      (await ask(place, `/api/v1/runs/${id}`, { headers })).status;
    await send(fake.github.changeVisibility({ repository, isPrivate: true }));
    expect(await statusFor({})).toBe(404);

    await send(fake.github.changeRole({ repository, login: 'kim', permission: 'triage' }));
    const [kim, mallory] = [
      await signInWithGithub(place, fake, 'kim'),
      await signInWithGithub(place, fake, 'mallory'),
    ];
    expect([await statusFor(kim.headers), await statusFor(mallory.headers)]).toEqual([200, 404]);
    const feed = await watchChanges(url, { headers: kim.headers });
    const rerun = { method: 'POST', headers: kim.headers };
    expect((await ask(place, `/api/v1/runs/${id}/rerun`, rerun)).status).toBe(200);
    expect(
      (await ask(place, `/api/v1/runs/${id}/rerun`, { method: 'POST', headers: mallory.headers })).status,
    ).toBe(403);

    await send(fake.github.changeRole({ repository, login: 'kim', permission: null }));
    expect(await statusFor(kim.headers)).toBe(404);
    await feed.closed;
    expect(await whoIs(place, kim.headers)).toMatchObject({ name: 'kim', rights: { forge: {} } });
    expect((await ask(place, `/api/v1/runs/${id}/rerun`, rerun)).status).toBe(403);
    await until('what was started has ended', async () => (await settled(fleet, head)).attempts === 2);
  }));
