// The secret of a one-time link is in the fragment: it is never sent with a GET, logged, or fetched by a link preview.
const message = document.querySelector('#message');
const link = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

if (link) await signIn();
else message.textContent = 'A link that signs this browser in is made by: paddock open';

async function signIn() {
  const answer = await fetch('/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link }),
  }).catch(() => null);
  if (answer?.ok) return location.replace('/');
  message.textContent = answer
    ? 'This link has been used or has expired. A new one is made by: paddock open'
    : 'The coordinator did not answer. Load the link again when it does.';
}
