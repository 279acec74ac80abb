import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Encrypts for the database: what is sealed can be opened only with the service's key and for the same purpose. */
export interface Vault {
  seal(purpose: string, plain: Uint8Array): Buffer;
  open(purpose: string, sealed: Uint8Array): Buffer;
}

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM under one key; the purpose is authenticated, so that a value cannot be moved to another column or row. */
export function createVault(key: Uint8Array): Vault {
  return {
    seal(purpose, plain) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE)).setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
    },
  };
}
