import { limits } from '#shared/limits.ts';

/**
 * Scripts, styles, letters and connections come from here or not at all; nobody frames us. Style elements are the app's
 * own only with the nonce of their page: a component library makes some, and one that was smuggled in has none. So there
 * is no 'unsafe-inline' anywhere; style attributes in markup are refused too (scripts set styles as properties).
 */
export const contentSecurityPolicy = (styleNonce?: string): string =>
  [
    "default-src 'none'",
    `style-src 'self'${styleNonce ? ` 'nonce-${styleNonce}'` : ''}`,
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** RFC 6797: this name alone, not those below it, which may be somebody else's. */
export const strictTransport: Readonly<Record<string, string>> = {
  'strict-transport-security': `max-age=${limits.strictTransportMs / 1_000}`,
};

/** On every answer, errors included. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // What a reader sees depends on who asks; what may be kept says so itself.
  'cache-control': 'no-store',
};
