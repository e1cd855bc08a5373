import type { IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';

const textChars = 500;

/** What a refusal says in words: the sentence of a problem+json or `{message}` answer, else the start of its text. */
export async function problemText(response: IncomingMessage): Promise<string> {
  const text = await textOf(response).catch(() => '');
  return (sentenceIn(text) ?? text.trim().slice(0, textChars)) || 'no reason given';
}

function sentenceIn(text: string): string | null {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return null;
    for (const [key, value] of Object.entries(json))
      if (['detail', 'message', 'title'].includes(key) && typeof value === 'string')
        return value.slice(0, textChars);
    return null;
  } catch {
    return null;
  }
}
