/** The last thing that a machine said on its console, for the sentence that says why it is gone. */
export function lastLineOf(console: Uint8Array | null): string | null {
  const text = new TextDecoder().decode(console ?? new Uint8Array());
  const lines = text
    .split(/[\r\n]+/)
    .map(line =>
      line
        .replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, '')
        .replace(/\p{Cc}/gu, '')
        .trim(),
    )
    .filter(line => line !== '');
  return lines.at(-1)?.slice(0, 300) ?? null;
}
