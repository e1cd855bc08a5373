/** What a pull request can put before the eyes of an administrator, in a real browser that is signed in. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { findJob } from '#coordinator/store/jobs.ts';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { attacksOn } from '../support/attack.ts';

const attack = attacksOn('web');
const open = useBrowser();

const script = 'globalThis.isTaken = true; fetch("/api/v1/links", { method: "POST" })';
const isTaken = (page: WatchedPage) => page.evaluate('"isTaken" in globalThis');

async function oneJob(people: People) {
  const repository = await addRepository(people, { fullName: 'acme/rocket' });
  const run = await addRun(people, {}, repository);
  const job = await addJob(people, run);
  return { run, job, leased: await lease(people, job) };
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${script.replaceAll('"', "'")}"><script>${script}</script></svg>`;
const html = `<!doctype html><script>${script}</script><img src=x onerror='${script}'>`;

for (const [name, bytes] of [
  ['report.html', html],
  ['coverage.svg', svg],
  ['page.xhtml', `<html xmlns="http://www.w3.org/1999/xhtml"><script>${script}</script></html>`],
] as const)
  attack(`an artifact runs a script as the administrator who opens it (${name})`, 'pull request', () =>
    withPage(async people => {
      const { leased } = await oneJob(people);
      const artifact = await leased.keepArtifact(name, Buffer.from(bytes));
      const page = await open(people.url, await signedIn(people));
      const downloading = page.waitForEvent('download');
      await page.goto(`${people.url}/artifacts/${artifact.id}`).catch(() => {}); // a download is no page
      expect((await downloading).suggestedFilename()).toBe(name);
      expect(await isTaken(page)).toBe(false);
      await page.setContent(
        `<embed src="${people.url}/artifacts/${artifact.id}"><iframe src="${people.url}/artifacts/${artifact.id}"></iframe>`,
      );
      for (const frame of page.frames()) expect(await frame.evaluate('"isTaken" in globalThis')).toBe(false);
      return 'a download; no script of it runs';
    }),
  );

attack('a raw log runs a script as the administrator who opens it', 'pull request', () =>
  withPage(async people => {
    const { leased } = await oneJob(people);
    await leased.print(html);
    const page = await open(`${people.url}/logs/${leased.attempt}.txt`, await signedIn(people));
    expect(await isTaken(page)).toBe(false);
    expect(await page.locator('body').innerText()).toContain('<!doctype html>');
    return 'text';
  }),
);

attack(
  'titles, branches and names of people run scripts in the pages',
  'pull request',
  () =>
    withPage(async people => {
      const evil = `"><img src=x onerror='${script}'><script>${script}</script>`;
      const repository = await addRepository(people, { fullName: 'acme/rocket' });
      const run = await addRun(people, { title: evil, author: evil, ref: `refs/heads/${evil}` }, repository);
      const job = await addJob(people, run);
      for (const path of ['/', `/runs/${run.id}`, `/jobs/${job.id}`, '/deliveries', '/settings']) {
        const page = await open(people.url + path, await signedIn(people));
        await page.waitForLoadState('networkidle');
        expect([path, await isTaken(page)]).toEqual([path, false]);
        expect(await page.locator('img[src="x"]').count()).toBe(0);
      }
      return 'they are text';
    }),
  60_000,
);

/** A page of somebody else, on another port of the same computer: to a browser that is the same site, and cookies go along. */
attack(
  'a foreign page of the same site acts with the cookie of an administrator, in every way a browser has',
  'stranger',
  () =>
    withPage(async people => {
      const { job } = await oneJob(people);
      const target = `${people.url}/api/v1/jobs/${job.id}/cancel`;
      const server = createServer((_, response) =>
        response.end('<!doctype html><form id=f method=post></form>'),
      );
      await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
      try {
        const page = await open(
          `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          await signedIn(people),
        );
        const got = await page.evaluate(`(async () => {
        const target = ${JSON.stringify(target)}, home = ${JSON.stringify(people.url)};
        const tried = [];
        for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
          tried.push(await fetch(target, { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': type }, body: '{}' }).then(r => r.type, e => 'refused'));
        tried.push(await fetch(home + '/api/v1/system', { credentials: 'include' }).then(r => 'read ' + r.status, () => 'refused'));
        tried.push(await new Promise(done => { const s = new WebSocket(home.replace('http', 'ws') + '/api/v1/live'); s.onopen = () => done('open'); s.onerror = () => done('refused'); }));
        tried.push(await new Promise(done => { const s = document.createElement('script'); s.src = home + '/api/v1/session'; s.onload = () => done('loaded'); s.onerror = () => done('refused'); document.body.append(s); }));
        tried.push(await new Promise(done => { const f = document.createElement('iframe'); f.src = home + '/settings'; f.onload = () => { try { done(f.contentDocument ? 'read' : 'refused') } catch { done('refused') } }; document.body.append(f); }));
        return tried;
      })()`);
        expect(got).not.toContain('open');
        expect(got).not.toContain('loaded');
        expect(got).not.toContain('read');
        expect(got).not.toContain('read 200');
        await page.evaluate(
          `(() => { f.action = ${JSON.stringify(target)}; f.enctype = 'text/plain'; f.innerHTML = '<input name=x value=y>'; f.submit(); })()`,
        );
        await page.waitForURL(/cancel/);
        expect((await findJob(people.store.read, job.id))?.state.status).toBe('leased');
      } finally {
        server.closeAllConnections();
        await new Promise(closed => server.close(closed));
      }
      return '403; nothing is read, nothing changed';
    }),
  60_000,
);

async function withPage(act: (people: People) => Promise<string>): Promise<string> {
  let got = '';
  await withPeople(async people => {
    got = await act(people);
  });
  return got;
}
