/** `paddock tls use`: what is wrong with a certificate is said before it takes the place of another. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKept, type TlsFiles, tlsFiles } from '#coordinator/tls/folder.ts';
import { type Issued, issueServer, makeAuthority } from '#coordinator/tls/make-certificate.ts';
import { makeOwn } from '#coordinator/tls/own-certificate.ts';
import { believed, shownBy } from '#coordinator/tls/shown.ts';
import { type UseRequest, useCertificate } from '#coordinator/tls/use-certificate.ts';

const day = 86_400_000;
const now = Date.now();
let directory: string;
let files: TlsFiles;
let company: Issued;
let stranger: Issued;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-tls-'));
  files = tlsFiles(directory);
  await makeOwn(files, { names: ['localhost', '127.0.0.1'], now });
  company = await makeAuthority('Company', { startsAt: now - day, endsAt: now + 100 * day });
  stranger = await makeAuthority('Stranger', { startsAt: now - day, endsAt: now + 100 * day });
});
afterAll(() => rm(directory, { recursive: true }));

type Wish = {
  names?: string[];
  endsAt?: number;
  startsAt?: number;
  key?: string;
  chain?: (certificate: string) => string;
  authority?: string | null;
  expected?: UseRequest['expected'];
};

async function use(wish: Wish) {
  const { startsAt = now - day, endsAt = now + 30 * day, chain = (text: string) => text } = wish;
  const made = await issueServer(company, wish.names ?? ['ci.example.org'], { startsAt, endsAt });
  const at = (name: string) => join(directory, name);
  await writeFile(at('cert'), chain(made.certificate));
  await writeFile(at('key'), wish.key ?? made.key);
  if (wish.authority) await writeFile(at('authority'), wish.authority);
  return useCertificate(files, {
    certificateFile: at('cert'),
    keyFile: at('key'),
    authorityFile: wish.authority ? at('authority') : null,
    expected: wish.expected ?? { people: { name: 'ci.example.org', key: 'url' }, machines: null },
    now,
  });
}

test('people are shown it, and machines only with the authority that they are to believe', async () => {
  const { identity } = await use({});
  const kept = await readKept(files);
  if (!kept) throw new Error('there is nothing');
  expect(shownBy(kept, 'people').chain).toBe(identity.chain);
  expect(shownBy(kept, 'machines').chain).toBe(kept.own.chain);
  expect(believed(kept)).toBe(kept.authority.certificate);
  const { identity: second } = await use({ authority: company.certificate });
  const later = await readKept(files);
  if (!later) throw new Error('there is nothing');
  for (const name of ['people', 'machines', 'nats'] as const)
    expect(shownBy(later, name).chain).toBe(second.chain);
  expect(believed(later)).toBe(`${kept.authority.certificate}${company.certificate}`);
});

test.each<[string, () => Wish | Promise<Wish>, RegExp]>([
  [
    'a key of another certificate',
    () => ({ key: stranger.key }),
    /key .* does not fit the certificate of ci\.example/,
  ],
  ['a key that nobody can read', () => ({ key: 'hello' }), /holds no private key/],
  ['a key with a passphrase', async () => ({ key: await locked() }), /is encrypted.*openssl pkey/],
  ['no certificate', () => ({ chain: () => 'hello' }), /holds no certificate in PEM/],
  ['a certificate that is damaged', () => ({ chain: damaged }), /certificate 1 of .* cannot be read/],
  [
    'a chain in the wrong order',
    () => ({ chain: certificate => company.certificate + certificate }),
    /not in the first place/,
  ],
  [
    'one that has ended',
    () => ({ startsAt: now - 9 * day, endsAt: now - day }),
    /ended on \d{4}-.*nothing was changed/,
  ],
  ['one that has not begun', () => ({ startsAt: now + day }), /begins on .*clock/],
  ['one for another name', () => ({ names: ['other.example.org'] }), /is for other\.example\.org, and `url`/],
  [
    'one for another name than machines expect',
    () => ({
      authority: company.certificate,
      expected: { people: null, machines: { name: '192.0.2.1', key: 'machine-url' } },
    }),
    /is for ci\.example\.org, and `machine-url` .* 192\.0\.2\.1/,
  ],
  ['an authority that has not signed it', () => ({ authority: stranger.certificate }), /does not lead to/],
])('%s is refused, and the one before stays', async (_, wish, reason) => {
  await use({ authority: company.certificate });
  const before = await readFile(files.given, 'utf8');
  await expect(use(await wish())).rejects.toThrow(reason);
  expect(await readFile(files.given, 'utf8')).toBe(before);
});

const damaged = (certificate: string): string => certificate.replace(/\n.{10}/, '\nAAAAAAAAAA');

async function locked(): Promise<string> {
  const file = join(directory, 'open-key');
  await writeFile(file, company.key);
  const words = ['pkcs8', '-topk8', '-in', file, '-passout', 'pass:secret'];
  return (await promisify(execFile)('openssl', words)).stdout;
}
