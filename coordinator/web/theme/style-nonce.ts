/** The server's permission for the style elements that Mantine makes: new with every page, so an injected one has none. */
export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
