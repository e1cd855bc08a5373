import type { Problem } from '#shared/api.ts';
import { html } from './html.ts';

/** What a person sees in place of the page that was asked for: what is wrong, and the next thing to try. Needs no script. */
export const problemPage = ({ status, title, detail, hint, request }: Problem): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Paddock</title>
<link rel="icon" href="/assets/mark-idle.svg">
<link rel="stylesheet" href="/assets/problem.css">
</head>
<body><main><p>${status}</p><h1>${title}</h1><p>${sentence(detail)}.</p>
${hint ? html`<p>${sentence(hint)}</p>` : null}${request ? html`<p>Request ${request}</p>` : null}<p><a href="/">Runs</a></p></main></body>
</html>`.html;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
