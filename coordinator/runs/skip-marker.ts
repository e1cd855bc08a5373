/** What the author of a commit writes into its message so that nothing is tested: the markers that GitHub knows too. Pure. */

const markers = /\[(?:skip ci|ci skip|no ci)\]/i;
const trailer = /^skip-checks:[ \t]*true[ \t]*$/im;

/** The marker as it is called everywhere; null: the message has none. The trailer counts in the last paragraph only. */
export function skipMarkerOf(message: string): string | null {
  const marker = markers.exec(message)?.[0];
  if (marker) return marker.toLowerCase();
  const [, ...paragraphs] = message.trim().split(/\r?\n[ \t]*\r?\n/);
  return trailer.test(paragraphs.at(-1) ?? '') ? 'skip-checks: true' : null;
}
