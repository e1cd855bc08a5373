/** Where a failure says that it happened: the first file and line that belong to whoever wrote the test. */

/** `File "a/b.py", line 12`, and what nearly everybody else writes: `a/b.c:12`, `(a/b.js:12:3)`, `a/b.cs:line 12`, `a/b.t line 12`. */
const place =
  /File "([^"\n]{1,300})", line (\d{1,7})|([\w./\\@+-]{1,300}\.[A-Za-z]\w{0,9})(?::(?:line )?| line |\()(\d{1,7})\b/g;

/** Lines about the tools, not about the tested repository. */
const foreign =
  /node_modules|site-packages|dist-packages|node:internal|\/usr\/|\/rustc\/|\.cargo|\bjdk\.|\bjava\.|\borg\.(?:junit|opentest4j|hamcrest|assertj|gradle|apache\.maven)|\bjunit\.framework/;

export type Place = { file: string; line: number };

export const placeIn = (text: string): Place | null => find(text)?.place ?? null;

/** The line of a text that names a place, without what stands around it. */
export const lineWithPlace = (text: string): string | null => find(text)?.said.trim() ?? null;

function find(text: string): { place: Place; said: string } | null {
  for (const said of text.split('\n').slice(0, 200)) {
    if (foreign.test(said)) continue;
    for (const [, quoted, quotedLine, plain, plainLine] of said.slice(0, 1_000).matchAll(place)) {
      const file = (quoted ?? plain ?? '').replaceAll('\\', '/').replace(/^\.\//, '');
      const line = Number(quotedLine ?? plainLine);
      if (line > 0) return { place: { file, line }, said };
    }
  }
  return null;
}
