/** The private authority of a coordinator and what it signs; openssl is the second opinion. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCertificates } from '#coordinator/tls/certificates.ts';
import { type Kept, readKept, type TlsFiles, tlsFiles } from '#coordinator/tls/folder.ts';
import { addressBytes, certificateNames, covers, namesOf } from '#coordinator/tls/names.ts';
import { makeOwn } from '#coordinator/tls/own-certificate.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';

const run = promisify(execFile);
const names = ['localhost', '127.0.0.1', '::1', 'ci.example.org'];
let directory: string;
let files: TlsFiles;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-tls-'));
  files = tlsFiles(directory);
});
afterEach(() => rm(directory, { recursive: true }));

const make = (more: { now?: number; names?: string[]; isNew?: boolean } = {}) =>
  makeOwn(files, { names, now: Date.now(), ...more });

test('what is made is believed by openssl, for every name of it and for no other', async () => {
  await make();
  for (const name of ['localhost', 'ci.example.org'])
    await expect(verify('-verify_hostname', name)).resolves.toMatch(/: OK/);
  for (const address of ['127.0.0.1', '::1'])
    await expect(verify('-verify_ip', address)).resolves.toMatch(/: OK/);
  await expect(verify('-verify_hostname', 'other.example.org')).rejects.toThrow(/hostname mismatch/i);
});

const verify = async (...expected: string[]): Promise<string> => {
  const words = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', files.authority, ...expected];
  const { stdout } = await run('openssl', [...words, files.own]);
  return stdout;
};

test('keys are for the eyes of their owner, the authority signs and nothing else, and each lives as long as it should', async () => {
  const now = Date.now();
  const { authority, own } = await make({ now });
  for (const file of [files.authorityKey, files.own]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  const above = new X509Certificate(authority.certificate);
  expect([above.ca, own.leaf.ca]).toEqual([true, false]);
  expect(own.leaf.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  const days = ({ validToDate }: X509Certificate) => Math.round((validToDate.getTime() - now) / 86_400_000);
  expect([days(above), days(own.leaf)]).toEqual([3_650, 90]);
});

test('called again it adds names and keeps the authority; a new authority is asked for', async () => {
  const first = await make();
  expect((await make()).own.leaf.fingerprint256).toBe(first.own.leaf.fingerprint256);
  const second = await make({ names: ['ci.example.net'] });
  expect(namesOf(second.own.leaf)).toEqual([...names, 'ci.example.net']);
  expect(second.authority.certificate).toBe(first.authority.certificate);
  const third = await make({ isNew: true });
  expect(third.authority.certificate).not.toBe(first.authority.certificate);
  await expect(verify()).resolves.toMatch(/: OK/);
});

test('a certificate is made anew when a third of its life is left, for the names it had', async () => {
  const begun = Date.now() - limits.serverCertificateMs + limits.renewCertificateMs;
  const old = await make({ now: begun - 1_000, names: ['old.example.org'] });
  const opened = await open({ names });
  expect(opened.kept().own.leaf.fingerprint256).not.toBe(old.own.leaf.fingerprint256);
  expect(namesOf(opened.kept().own.leaf)).toEqual(['old.example.org', ...names]);
  await opened.close();
  const young = await make();
  const again = await open({ names });
  expect(again.kept().own.leaf.fingerprint256).toBe(young.own.leaf.fingerprint256);
  await again.close();
});

test('a coordinator that runs notices another certificate, and tells whoever shows it', async () => {
  await make();
  const opened = await open({ names });
  const told: Kept[] = [];
  opened.onChange(kept => void told.push(kept));
  const { own } = await make({ names: ['more.example.org'] });
  await until('it is told', () =>
    told.some(kept => kept.own.leaf.fingerprint256 === own.leaf.fingerprint256),
  );
  expect(opened.kept().own.chain).toBe(own.chain);
  await opened.close();
});

const open = ({ names }: { names: string[] }) =>
  openCertificates({ dataDir: directory, names, now: Date.now, logger });
const logger = { info: () => {}, warn: () => {}, error: () => {} };

test('without certificates it says how they are made, and with half of them what is lost', async () => {
  await expect(open({ names })).rejects.toThrow(/paddock tls init/);
  await make();
  await rm(files.authorityKey);
  await expect(readKept(files)).rejects.toThrow(/has lost one of its files/);
});

test('names are read as people write them, and anything else is refused', () => {
  expect(certificateNames(['CI.Example.org.', '[::1]', '0:0:0:0:0:0:0:1', '*.example.org'])).toEqual([
    ...['ci.example.org', '::1', '*.example.org'],
  ]);
  for (const wrong of ['https://ci.example.org', 'ci.example.org:443', 'a b', '', '*.*.org', '-a.org'])
    expect(() => certificateNames([wrong])).toThrow(/neither a name nor an address/);
});

test('addresses are told in bytes', () => {
  expect([...addressBytes('192.0.2.1')]).toEqual([192, 0, 2, 1]);
  expect(Buffer.from(addressBytes('2001:db8::ff:1')).toString('hex')).toBe(
    '20010db8000000000000000000ff0001',
  );
  expect(Buffer.from(addressBytes('::')).toString('hex')).toBe('0'.repeat(32));
});

test('a star counts for one label', async () => {
  const { own } = await make({ names: ['*.example.net'] });
  expect(covers(own.leaf, 'a.example.net')).toBe(true);
  expect(covers(own.leaf, 'a.b.example.net')).toBe(false);
  expect(await readFile(files.own, 'utf8')).toMatch(/PRIVATE KEY[\s\S]*CERTIFICATE[\s\S]*CERTIFICATE/);
});
