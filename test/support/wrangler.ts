import { join } from 'node:path';
import type { Launch } from './child.ts';

const ROOT = join(import.meta.dir, '../..');

interface DevOptions {
  /** The settings file, as seen from the root of the repository. */
  readonly config: string;
  readonly environment?: string;
}

const OPTIONS =
  '--local --test-scheduled --persist-to state --ip 127.0.0.1 --port 0 --inspector-port 0 --show-interactive-dev-session false'.split(
    ' ',
  );

/** How wrangler tells where it listens. */
export const WRANGLER_READY = /Ready on (http:\S+)/;

/**
 * Runs a Worker on workerd, on any free port; what it keeps is in the directory that it runs in.
 * `node` is the program. Wrangler asks nobody anything, and hands its environment on to the Worker.
 */
export function wranglerDev(node: string, { config, environment }: DevOptions): Launch {
  return {
    command: [
      node,
      join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
      'dev',
      ...OPTIONS,
      '--config',
      join(ROOT, config),
      ...(environment ? ['--env', environment] : []),
    ],
    env: {
      CI: '1',
      XDG_CONFIG_HOME: join(ROOT, 'node_modules/.cache'),
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true',
    },
    isGroup: true,
  };
}
