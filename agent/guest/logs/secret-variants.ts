/**
 * The forms in which a secret turns up in a log. A form that is missed is printed for all to read, one too many blanks
 * a few harmless bytes: when in doubt it is in the list.
 */
import { limits } from '#shared/limits.ts';

/**
 * Every form of one secret, as bytes, without repeats: itself, each of its lines, base64 and base64url wherever it may
 * stand in what was encoded, also wrapped, and percent-encoding as the usual libraries do it, in either letter case.
 * Forms below `limits.redactedSecretBytes` are left out, so a secret shorter than that is not redacted at all.
 */
export function secretVariants(secret: string): Buffer[] {
  const whole = Buffer.from(secret, 'utf8');
  if (whole.length < limits.redactedSecretBytes) return [];
  const forms = [whole.toString('latin1'), ...linesOf(whole), ...base64Forms(whole), ...percentForms(whole)];
  return [...new Set(forms)]
    .filter(form => form.length >= limits.redactedSecretBytes)
    .map(form => Buffer.from(form, 'latin1'));
}

/** Lines as they are, and without the indentation that a shell or a template may have taken away. */
function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString('latin1')
    .split(/\r?\n|\r/)
    .flatMap(line => [line, line.trim()]);
}

/**
 * Three bytes become four characters, so there are three ways to stand in a longer text. Characters that also hold bits
 * of a neighbour are not part of the form; at the end there are two forms, because a text that ends with the secret
 * fills up with zero bits.
 */
function base64Forms(secret: Buffer): string[] {
  const standard = [0, 1, 2].flatMap(before => {
    const encoded = Buffer.concat([Buffer.alloc(before), secret])
      .toString('base64')
      .replace(/={1,2}$/, '');
    const own = encoded.slice(before === 0 ? 0 : before + 1);
    const isShared = (before + secret.length) % 3 !== 0;
    return isShared ? [own, own.slice(0, -1)] : [own];
  });
  const wrapped = wrapWidths.flatMap(width => chunks(standard[0] ?? '', width));
  return [...standard, ...wrapped].flatMap(form => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Line lengths of base64 by coreutils and MIME, and by OpenSSL and PEM. */
const wrapWidths = [76, 64];

const chunks = (text: string, width: number): string[] =>
  text.length <= width ? [] : (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);

/** Bytes that stay as they are: RFC 3986; encodeURIComponent; paths; encodeURI. Forms turn a blank into a plus. */
const kept = ['-_.~', "-_.!~*'()", '-_.~/', "-_.!~*'();,/?:@&=+$#"];

function percentForms(secret: Buffer): string[] {
  return kept.flatMap(marks => {
    const upper = [...secret].map(byte => percentByte(byte, marks)).join('');
    const lower = upper.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase());
    return [upper, lower].flatMap(form => [form, form.replaceAll('%20', '+')]);
  });
}

function percentByte(byte: number, marks: string): string {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9]/.test(character) || marks.includes(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
