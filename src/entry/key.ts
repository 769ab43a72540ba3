import { createHash, randomBytes } from 'node:crypto';
import { KEY_NAME } from '../config/api-keys.ts';

// Makes an API key for a client: `spillway key NAME`. The service knows its digest alone.

const [name = ''] = process.argv.slice(process.argv.indexOf('key') + 1);
if (!KEY_NAME.test(name)) {
  console.error('Name the client of the key, as in: spillway key shop (letters, digits, dots, hyphens)');
  process.exit(2);
}
const key = `sw_${randomBytes(32).toString('base64url')}`;
console.log(`Give this key to ${name}. It is not kept anywhere, and can't be shown again:

  ${key}

Add this to API_KEYS, after a comma, or to the file of API_KEYS_FILE as a line:

  ${name}:${createHash('sha256').update(key).digest('hex')}
`);
