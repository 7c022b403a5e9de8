/** The 6-digit code against a verifier, offline. Few rounds would be a verifier that can be guessed: refused. */

const FLOOR = 600_000;

export class WeakVerifier extends Error {}

/**
 * @param {{salt: string, verifier: string, rounds: number}} person
 * @param {string} code
 * @returns {Promise<boolean>}
 */
export async function opens({ salt, verifier, rounds }, code) {
  if (!(rounds >= FLOOR)) throw new WeakVerifier();
  const digits = code.normalize("NFKC").trim();
  if (!/^[0-9]{6}$/.test(digits)) return false;
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(digits), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: rounds }, key, 256);
  const wanted = bytes(verifier);
  const found = new Uint8Array(bits);
  return wanted.length === found.length && found.reduce((off, byte, at) => off | (byte ^ wanted[at]), 0) === 0;
}

/** @param {string} base64 */
export const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
