/** A page of GitHub's, as bare as can be. */
import type { ApiAnswer } from './api-answer.ts';

export const page = (status: number, text: string, form = ''): ApiAnswer => ({
  status,
  body: `<!doctype html><title>GitHub</title><link rel="icon" href="data:,"><p>${escaped(text)}</p>${form}`,
  headers: { 'content-type': 'text/html; charset=utf-8' },
});

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);
