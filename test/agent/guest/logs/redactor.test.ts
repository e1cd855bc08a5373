import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedaction, createRedactor } from '#agent/guest/logs/redactor.ts';
import { secretVariants } from '#agent/guest/logs/secret-variants.ts';

/** Redacts text that arrives in the given pieces. */
function redact(secrets: string[], ...pieces: (string | Uint8Array)[]): string {
  const redactor = createRedactor(secrets);
  const parts = pieces.map(piece => redactor.push(Buffer.from(piece)));
  return Buffer.concat([...parts, redactor.flush()]).toString('latin1');
}

/** The same by looking at everything at once, form by form, place by place. */
function oracle(secrets: string[], raw: Buffer): Buffer {
  const out = Buffer.from(raw);
  for (const form of secrets.flatMap(secretVariants))
    for (let at = raw.indexOf(form); at >= 0; at = raw.indexOf(form, at + 1))
      out.fill('*', at, at + form.length);
  return out;
}

function piecesOf(raw: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map(cut => cut % (raw.length + 1)), raw.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, i) => raw.subarray(places[i], place));
}

/** Few letters, so that secrets overlap, repeat and begin inside each other. */
const dense = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '%'), minLength: 4, maxLength: 9 });
const secretsOf = (unit: fc.Arbitrary<string>) => fc.array(unit, { minLength: 1, maxLength: 4 });

test('any cutting of any text gives what the whole text gives', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '%', '6', '1'), maxLength: 120 });
  fc.assert(
    fc.property(secretsOf(dense), text, fc.array(fc.nat(), { maxLength: 12 }), (secrets, log, cuts) => {
      const raw = Buffer.from(log);
      const expected = oracle(secrets, raw).toString('latin1');
      expect(redact(secrets, ...piecesOf(raw, cuts))).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test('long texts, in which most is passed over, give the same as a look at every place', () => {
  const unit = fc.constantFrom('a', 'b', 'c', 'd', ' ');
  const secret = fc.string({ unit, minLength: 8, maxLength: 24 });
  const word = fc.string({ unit, maxLength: 300 });
  fc.assert(
    fc.property(
      secretsOf(secret),
      fc.array(word, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 9 }),
      (secrets, words, cuts) => {
        const raw = Buffer.from(
          words.map((text, i) => text + secrets[i % secrets.length]?.slice(i)).join(''),
        );
        expect(redact(secrets, ...piecesOf(raw, cuts))).toBe(oracle(secrets, raw).toString('latin1'));
      },
    ),
    { numRuns: 500 },
  );
});

test('real forms of real secrets, cut anywhere, are found, and the length stays', () => {
  const secret = fc.string({ unit: 'binary', minLength: 4, maxLength: 40 });
  fc.assert(
    fc.property(secretsOf(secret), fc.array(fc.nat(), { maxLength: 30 }), fc.nat(), (secrets, cuts, pick) => {
      const forms = secrets.flatMap(secretVariants);
      const raw = Buffer.concat(
        [0, 1, 2, 3].flatMap(i => [forms[(pick + i * 7) % forms.length] ?? Buffer.alloc(0)]),
      );
      const redacted = redact(secrets, ...piecesOf(raw, cuts));
      expect(redacted).toBe(oracle(secrets, raw).toString('latin1'));
      expect(redacted.length).toBe(raw.length);
      if (forms.length > 0) expect(redacted).toMatch(/^\*+$/);
    }),
    { numRuns: 500 },
  );
});

test('a stream begun the look-behind earlier gives the same bytes from there on', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '%'), minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(secretsOf(dense), text, fc.nat(), (secrets, log, place) => {
      const [raw, offset] = [Buffer.from(log), place % log.length];
      const redaction = createRedaction(secrets);
      const from = Math.max(0, offset - redaction.lookBehindBytes);
      const redactor = redaction.start();
      const out = Buffer.concat([redactor.push(raw.subarray(from)), redactor.flush()]).subarray(
        offset - from,
      );
      expect(out.equals(oracle(secrets, raw).subarray(offset))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

const password = 'pa55 word/with+signs=&ünïcode';
const inShell = (script: string) =>
  spawnSync('/bin/sh', ['-c', script], { env: { ...process.env, S: password }, encoding: 'latin1' }).stdout;

test.each([
  ['as it is', 'printf "%s" "$S"'],
  ['in base64', 'printf "%s" "$S" | base64 -w0'],
  ['in base64, one byte into a text', 'printf "x%s" "$S" | base64 -w0 | cut -c 3-'],
  ['in base64, two bytes into a text', 'printf "me%s" "$S" | base64 -w0 | cut -c 4-'],
])('a secret that a shell prints %s leaves nothing to read', (_, script) => {
  const redacted = redact([password], Buffer.from(inShell(script), 'latin1'));
  expect(redacted).toMatch(/^\*+[=\n]*$/);
});

test.each([
  ['encodeURIComponent', encodeURIComponent(password)],
  ['encodeURI', encodeURI(password)],
  ['a form', new URLSearchParams({ p: password }).toString().slice(2)],
  ['lower-case hexadecimal', encodeURIComponent(password).replace(/%../g, code => code.toLowerCase())],
  ['base64url', Buffer.from(password).toString('base64url')],
])('a secret is found as %s writes it', (_, text) => {
  expect(redact([password], `${text}\n`)).toBe(`${'*'.repeat(text.length)}\n`);
});

test('every line of a key is found by itself, also without its indentation and with carriage returns', () => {
  const key = '-----BEGIN KEY-----\n  MIIEvQIBADANBg\nab\n-----END KEY-----\n';
  const log = 'x MIIEvQIBADANBg\r\n-----BEGIN KEY-----\r\nab\r\n';
  expect(redact([key], log)).toBe(`x ${'*'.repeat(14)}\r\n${'*'.repeat(19)}\r\nab\r\n`);
});

test('a long key is found in wrapped base64', () => {
  const key = Buffer.from(Array.from({ length: 300 }, (_, i) => ((i * 89) % 127) | 1)).toString('latin1');
  for (const width of [76, 64]) {
    const { stdout } = spawnSync('base64', ['-w', String(width)], { input: key, encoding: 'latin1' });
    expect(redact([key], stdout)).toMatch(/^[*\n=]+$/);
  }
});

test('only what may become a secret is held back', () => {
  const redactor = createRedactor(['secret']);
  expect(Buffer.from(redactor.push(Buffer.from('to sec'))).toString()).toBe('to ');
  expect(Buffer.from(redactor.push(Buffer.from('t'))).toString()).toBe('sect');
  expect(Buffer.from(redactor.push(Buffer.from('secre'))).toString()).toBe('');
  expect(Buffer.from(redactor.flush()).toString()).toBe('secre');
});

test('secrets of less than four bytes are left alone, and the bytes given are not changed', () => {
  expect(redact(['abc', ''], 'abc')).toBe('abc');
  const given = Buffer.from('token');
  createRedactor(['token']).push(given);
  expect(given.toString()).toBe('token');
});

test('sixteen megabytes of log with five secrets take a fraction of a second', () => {
  const line = 'INFO build step 42 of the quick brown fox compiled src/module_12.ts in 17 ms tokA\n';
  const log = Buffer.alloc(16_000_000, line);
  const secrets = ['tokABCDEF123456', 'brownie-points', 'compiler-pass', 'ms total secret', 'a'.repeat(40)];
  const redactor = createRedactor(secrets);
  const started = performance.now();
  for (let at = 0; at < log.length; at += 262_144) redactor.push(log.subarray(at, at + 262_144));
  const ms = performance.now() - started;
  expect(ms).toBeLessThan(1_500);
});
