// The secret of a one-time link is in the fragment: it is never sent with a GET, logged, or fetched by a link preview.
const message = document.querySelector('#message');
const link = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

const answer = await fetch('/api/v1/session', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ link }),
}).catch(() => null);

if (answer?.ok) location.replace('/');
else if (answer)
  message.textContent = 'This link has been used or has expired. Make a new one with: paddock open';
else message.textContent = 'The coordinator did not answer. Make a new link with: paddock open';
