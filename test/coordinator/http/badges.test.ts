/** Badges: one picture for everybody, kept for a minute, in which no text of strangers is markup. */
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { badgeMarkdown } from '#shared/badge.ts';
import { limits } from '#shared/limits.ts';
import { ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

/** Texts of a picture by element, and its attributes; not well-formed: an error. */
function read(svg: string) {
  const texts: Record<string, string[]> = {};
  const open: string[] = [];
  const root: Record<string, string> = {};
  const parser = new SaxesParser();
  parser.on('error', error => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === 0) Object.assign(root, attributes);
    open.push(name);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', text => {
    const name = open.at(-1) ?? '';
    texts[name] = [...(texts[name] ?? []), text];
  });
  parser.write(svg).close();
  return { root, texts };
}

async function ended(people: People, isPrivate: boolean, exitCode: number) {
  const fullName = isPrivate ? 'acme/secret' : 'acme/open';
  const repository = await addRepository(people, { fullName, isPrivate });
  const job = await addJob(people, await addRun(people, {}, repository));
  await (await lease(people, job)).exit(exitCode);
}

test('a badge says how its branch stands, to eyes and to readers of screens, and is kept for a minute', () =>
  withPeople(async people => {
    await ended(people, false, 1);
    const answer = await ask(people, '/badge/acme/open.svg');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'public, max-age=60',
      'content-security-policy': "default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    const { root, texts } = read(answer.text);
    expect(root).toMatchObject({ role: 'img', 'aria-label': 'paddock: failing' });
    expect(texts).toEqual({ title: ['paddock: failing'], text: ['paddock', '✕ failing'] });
    const headers = { 'if-none-match': String(answer.headers.etag) };
    expect(await ask(people, '/badge/acme/open.svg', { headers })).toMatchObject({ status: 304, text: '' });
    await addJob(people, await addRun(people, {}, await addRepository(people, { fullName: 'acme/open' })));
    const later = await ask(people, '/badge/acme/open.svg?image=debian-12&branch=main', { headers });
    expect(read(later.text).texts.text).toEqual(['debian-12', '● running']);
  }));

test('a private repository has the very badge of one that nobody knows; whoever sees it gets its own, for themselves', () =>
  withPeople(async people => {
    await ended(people, true, 0);
    const unknown = await ask(people, '/badge/acme/unknown.svg?image=debian-12');
    expect(read(unknown.text).texts.text).toEqual(['debian-12', '– no runs']);
    const badgeFor = (headers = {}) => ask(people, '/badge/acme/secret.svg?image=debian-12', { headers });
    for (const { headers } of [{ headers: {} }, await signInAs(people, 'kim', { 'other/*': 'admin' })]) {
      const secret = await badgeFor(headers);
      expect([secret.status, secret.text, secret.headers.etag, secret.headers['cache-control']]).toEqual([
        200,
        unknown.text,
        unknown.headers.etag,
        unknown.headers['cache-control'],
      ]);
    }
    for (const { headers } of [
      { headers: people.admin },
      await signInAs(people, 'octocat', { 'acme/*': 'viewer' }),
    ]) {
      const seen = await badgeFor(headers);
      expect(read(seen.text).texts.text).toEqual(['debian-12', '✓ passing']);
      expect(seen.headers['cache-control']).toBe('no-store');
    }
  }));

test.each([
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['"><g onload=x>', '"><g onload=x>'],
  ['\u202egnp.\u0000\u0007exe', 'gnp.exe'],
  ['x'.repeat(limits.filterChars), `${'x'.repeat(limits.badgeLabelChars - 1)}…`],
  ['ü ✈ 𐍈', 'ü ✈ 𐍈'],
])('what strangers write is text in it: %j', (image, shown) =>
  withPeople(async people => {
    const { status, text } = await ask(people, `/badge/acme/open.svg?image=${encodeURIComponent(image)}`);
    expect(status).toBe(200);
    expect(read(text).texts).toEqual({ title: [`${shown}: no runs`], text: [shown, '– no runs'] });
  }),
);

test('an address that is none of a badge is refused', () =>
  withPeople(async people => {
    for (const path of ['/badge/acme/open', '/badge/.svg', '/badge/'])
      expect([path, (await ask(people, path)).status]).toEqual([path, 404]);
    expect((await ask(people, `/badge/a/b.svg?image=${'x'.repeat(10_000)}`)).status).toBe(400);
  }));

test('its Markdown holds whatever names there are', () => {
  expect(badgeMarkdown('https://ci.example.org', 'acme/rocket', { branch: 'a) [b](c' })).toBe(
    '[![paddock](https://ci.example.org/badge/acme/rocket.svg?branch=a%29%20%5Bb%5D%28c)](https://ci.example.org/?repository=acme%2Frocket&branch=a%29%20%5Bb%5D%28c)',
  );
});
