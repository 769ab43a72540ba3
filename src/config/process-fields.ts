import * as z from 'zod';
import { field, oneOf, whole } from './fields.ts';

/** Variables of the process: addresses, files and logs. */
export const processFields = {
  HOST: field({ words: 'The address on which it listens' }, z.string().default('0.0.0.0')),
  PORT: field(
    { words: 'The port on which it listens. `0` chooses a free one' },
    whole(0, 65_535).default(8000),
  ),
  PROCESSES: field(
    {
      words:
        'How many processes of the API share the port, on Bun and Node under Linux: a number, or `auto` for one for each core. Each has its own connections, circuits and memory. With an embedded part there is one',
    },
    z
      .union([z.literal('auto'), whole(1, 128)], { error: 'must be auto, or a whole number from 1 to 128' })
      .default(1),
  ),
  ADMIN_PORT: field(
    {
      unset: 'of the API none, of a worker 8001',
      words:
        'A port for operators. The API then answers `/metrics` and `/admin/*` there and not on `PORT`, and `/health/*` on both. A worker (`spillway backfill`) answers `/health/*` and `/metrics` there. `0` chooses a free one',
    },
    whole(0, 65_535).optional(),
  ),
  KEEP_ALIVE_SECONDS: field(
    {
      words:
        'How long a connection may wait for its next request. Set it above the idle timeout of your load balancer (60 s with most), or requests fall into the gap, and above `PUBLISH_TIMEOUT_MS`',
    },
    whole(1, 3600).default(75),
  ),
  SHUTDOWN_DELAY_SECONDS: field(
    {
      words:
        'How long a process that is told to stop (SIGTERM) still accepts messages, while `/health/ready` says that it is not ready. Set it above the time that your load balancer needs to notice',
    },
    whole(0, 600).default(1),
  ),
  LOG_DIR: field(
    {
      words:
        'The directory of the log file, `api.log` or (for a worker) `backfill.log`. The same lines go to standard output',
    },
    z.string().default('logs'),
  ),
  LOG_FORMAT: field({ words: '`text` or `json`' }, oneOf(['text', 'json']).default('text')),
  LOG_LEVEL: field(
    { words: 'The lowest level that is logged: `debug`, `info`, `warning` or `error`' },
    z.preprocess(
      (level) => (typeof level === 'string' ? level.toLowerCase() : level),
      oneOf(['debug', 'info', 'warning', 'error']).default('info'),
    ),
  ),
};
