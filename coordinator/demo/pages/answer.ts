/** What the pages answer, apart from how it travels. */
import { html } from '../../http/pages/html.ts';

export type Answer = {
  status: number;
  type?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
};

export const json = (status: number, value: Record<string, unknown>): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

export const said = (status: number, message: string): Answer => json(status, { message });

export const redirect = (location: string): Answer => ({ status: 302, headers: { location } });

const notFoundPage = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not found · stand-in for GitHub</title>
<link rel="icon" href="/assets/mark-idle.svg">
<link rel="stylesheet" href="/assets/problem.css">
</head>
<body><main><p>404</p><h1>Not found</h1><p>The stand-in for GitHub has no such page; it knows the pull requests of this demonstration.</p>
<p><a href="/">Your pull request</a></p></main></body>
</html>`.html;

export const notFound: Answer = { status: 404, type: 'text/html; charset=utf-8', body: notFoundPage };
