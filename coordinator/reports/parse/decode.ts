/** Bytes of a report → text. Tools and computers disagree about encodings; no byte of a report stops the reading of it. */
import { isUtf8 } from 'node:buffer';

/** Pieces of so many bytes, so that a large file is not in memory twice. */
const pieceBytes = 256 * 1024;

/** What XML allows in no form, and a terminal obeys: it would be a mistake for each of them. */
const controls = '\\0-\\x08\\x0b\\x0c\\x0e-\\x1f';
const forbidden = new RegExp(`[${controls}\\ufffe\\uffff]`, 'g');

/** Text in pieces, without a byte order mark; what is no character is U+FFFD. */
export function* decode(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder(encodingOf(bytes));
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    const text = decoder.decode(bytes.subarray(from, from + pieceBytes), { stream: true });
    if (text !== '') yield text.replace(forbidden, '\ufffd');
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return 'utf-16be';
  if (isUtf8(bytes)) return 'utf-8';
  return declared(bytes) ?? 'windows-1252';
}

/** The encoding that an XML declaration names, where it is one of a byte a character, as bytes that are no UTF-8 may be. */
function declared(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const name = /<\?xml[^>]*\bencoding\s*=\s*["']([\w-]{1,40})["']/.exec(head)?.[1];
  return name !== undefined &&
    /^(?:iso-?8859-\d+|windows-\d+|koi8-[ru]|shift_jis|gbk|euc-\w+|big5)$/i.test(name)
    ? name
    : null;
}
