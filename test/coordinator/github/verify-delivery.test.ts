import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifySignature } from '#coordinator/github/verify-delivery.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sign = (secret: string, body: Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

test.each([
  // GitHub's documentation, octokit/webhooks-methods and google/go-github
  [
    "It's a Secret to Everybody",
    'Hello, World!',
    '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  ],
  ['mysecret', '{"foo":"bar"}', '4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'],
  ['0123456789abcdef', '{"yo":true}', 'b1f8020f5b4cd42042f807dd939015c4a418bc1ff7f604dd55b0a19b5d953d9b'],
])('the published signature for secret "%s" is accepted', (secret, body, hex) => {
  expect(verifySignature(bytes(body), `sha256=${hex}`, [secret])).toBe(true);
});

const body = bytes('{"zen":"é☃😀"}');
const good = sign('secret', body);

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['sha1 only', 'sha1=3374ef144403e8035423b23b02e2c9d7a4c50368'],
  ['shortened', good.slice(0, -1)],
  ['lengthened', `${good}0`],
  ['upper-case', good.toUpperCase().replace('SHA256', 'sha256')],
  ['without its algorithm', good.slice('sha256='.length)],
  ['followed by a line break', `${good}\n`],
  ['given twice', `${good}, ${good}`],
  ['of another secret', sign('other', body)],
  ['of another body', sign('secret', bytes('{}'))],
])('a signature that is %s is refused', (_, header) => {
  expect(verifySignature(body, good, ['secret'])).toBe(true);
  expect(verifySignature(body, header, ['secret'])).toBe(false);
});

test('one byte more in the body is refused', () => {
  expect(verifySignature(Buffer.concat([body, bytes(' ')]), good, ['secret'])).toBe(false);
});

test('while a secret is being replaced, the old and the new one are both valid', () => {
  expect(verifySignature(body, sign('old', body), ['new', 'old'])).toBe(true);
  expect(verifySignature(body, sign('new', body), ['new', 'old'])).toBe(true);
  expect(verifySignature(body, sign('older', body), ['new', 'old'])).toBe(false);
});

test('an empty secret and no secret accept nothing', () => {
  expect(verifySignature(body, sign('', body), [''])).toBe(false);
  expect(verifySignature(body, good, [])).toBe(false);
});

test('bytes that are no text are signed as bytes: two broken encodings are not the same body', () => {
  const [one, two] = [Uint8Array.of(0xff), Uint8Array.of(0xfe)];
  expect(verifySignature(one, sign('secret', one), ['secret'])).toBe(true);
  expect(verifySignature(two, sign('secret', one), ['secret'])).toBe(false);
});

test('no header makes it throw', () => {
  fc.assert(fc.property(fc.string(), header => verifySignature(body, header, ['secret']) === false));
});
