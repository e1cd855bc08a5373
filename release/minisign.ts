/**
 * Signing and checking by minisign (https://jedisct1.github.io/minisign/): Ed25519, one line of public key, in every
 * distribution. The secret key and its password are minisign's own business.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

/**
 * Leaves `<file>.minisig` beside the file. minisign asks for the password of the key at the terminal.
 * @param comment is signed too, and shown to whoever checks.
 * @throws Error when minisign is not there or refuses.
 */
export async function sign(file: string, keyFile: string, comment: string): Promise<void> {
  const child = spawn('minisign', ['-S', '-s', keyFile, '-m', file, '-t', comment], { stdio: 'inherit' });
  const [code] = await once(child, 'exit').catch(cause => {
    throw new Error('minisign cannot be started: install it (Debian: apt install minisign)', { cause });
  });
  if (code !== 0) throw new Error(`minisign ended with ${code}: ${file} is not signed`);
}

/** @returns the comment that was signed. @throws Error when the signature is not one of that key over that file. */
export async function verify(file: string, publicKeyFile: string): Promise<string> {
  const { stdout } = await promisify(execFile)('minisign', ['-V', '-Q', '-p', publicKeyFile, '-m', file]);
  return stdout.trim();
}
