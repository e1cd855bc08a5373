/** Bytes from base64, natively where the browser can. */
type Native = { fromBase64?(text: string): Uint8Array<ArrayBuffer> };

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as Native).fromBase64?.(text);
  if (native) return native;
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
