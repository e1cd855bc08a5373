// Bytes of a log to text that can be shown. Colours come with the log viewer; here control sequences are left out, so that
// the text can be read.

const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);

// ECMA-48: CSI … final byte, OSC … terminator, and what else begins with ESC.
const sequences = new RegExp(
  `${esc}(?:\\[[0-?]*[ -/]*(?:[@-~]|$)|\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)?|[ -/]*[0-~])`,
  'g',
);
const controls = /(?!\t)\p{Cc}/gu;

// A line without end is shown as far as a person could read it; the raw log has the rest.
const longest = 10000;

/** What a terminal would show of a line: what was written over is gone, and so is what only moves the cursor. */
export function shownLine(line) {
  const text = line.replace(/\r+$/, '');
  return text
    .slice(text.lastIndexOf('\r') + 1)
    .replace(sequences, '')
    .replace(controls, '');
}

/** As much of an unfinished line as can still matter: a progress bar that is written over and over stays short. */
export function remembered(line) {
  const over = line.lastIndexOf('\r', line.length - 2);
  const text = over < 0 ? line : line.slice(over + 1);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

export const cutLine = text =>
  text.length > longest
    ? `${text.slice(0, longest)} … ${text.length - longest} more characters: raw log`
    : text;

export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}

export function bytesText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, size] = bytes < 999950 ? ['kB', 1e3] : bytes < 999950000 ? ['MB', 1e6] : ['GB', 1e9];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
