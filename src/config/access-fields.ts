import * as z from 'zod';
import { parseApiKeys } from './api-keys.ts';
import { field, list } from './fields.ts';

/** Scheme, host and port, as browsers send it in `Origin`. */
const ORIGIN = /^(\*|https?:\/\/[^\s/,A-Z]+)$/;

/** Variables of access: who may send, and who may operate. */
export const accessFields = {
  API_KEYS: field(
    {
      unset: 'none: every client may send',
      words:
        'The keys of clients, separated by commas: `name:sha256`, as `spillway key NAME` prints it. Options follow a semicolon: `;topics=a+b`, `;limit=100/60` (messages per seconds), `;encodings=json+text`. [How keys work](operators/access.md)',
    },
    z
      .string()
      .transform((text, context) => {
        const parsed = parseApiKeys(text);
        if (parsed.kind === 'keys') return parsed.keys;
        for (const problem of parsed.problems)
          context.addIssue({ code: 'custom', message: `is wrong: ${problem}` });
        return z.NEVER;
      })
      .optional(),
  ),
  API_KEYS_FILE: field(
    {
      unset: 'none',
      words:
        'A file with more keys, one a line, `#` before comments. It is read again when it changes, without a restart',
    },
    z.string().optional(),
  ),
  CORS_ORIGINS: field(
    {
      unset: 'none',
      words:
        'Origins of web pages that may send messages from browsers, as in `https://shop.example`, separated by commas. `*`: all pages',
    },
    list(ORIGIN, '* or the origin of a page, as in https://shop.example').optional(),
  ),
  ADMIN_TOKEN: field(
    {
      unset: 'none',
      words:
        'Enables `/admin/*` for requests with `Authorization: Bearer <token>`. Without it, those routes answer 404',
    },
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, { error: 'must be ASCII without spaces: it is sent in a header' })
      .optional(),
  ),
};
