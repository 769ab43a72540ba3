import { expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pythonWith } from '../support/process/python.ts';
import { describeReal } from '../support/process/services.ts';
import { ADMIN_TOKEN, startSpillway } from '../support/process/spillway.ts';

/** Requests for each operation, beside those of the examples and the edges. */
const REQUESTS = 30;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

describeReal('schemathesis', ['python'], () => {
  test('finds no server error, and no answer that is not in /openapi.json', async () => {
    const { PYTHONPATH } = await pythonWith('schemathesis');
    const digest = createHash('sha256').update('good').digest('hex');
    const service = await startSpillway({ ADMIN_TOKEN, API_KEYS: `a:${digest}` });
    const seed = process.env['SCHEMATHESIS_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));
    console.log(`schemathesis: SCHEMATHESIS_SEED=${seed} repeats this run`);
    const child = Bun.spawn(
      [
        'python3',
        join(PYTHONPATH, 'bin/schemathesis'),
        'run',
        `${service.url}/openapi.json`,
        '--phases',
        'examples,coverage,fuzzing',
        '--checks',
        CHECKS.join(),
        '--seed',
        seed,
        '-n',
        String(REQUESTS),
        '--warnings',
        'off',
        '--no-color',
        '-H',
        'X-API-Key: good',
        '-H',
        `Authorization: Bearer ${ADMIN_TOKEN}`,
      ],
      {
        cwd: service.dir,
        env: {
          ...process.env,
          PYTHONPATH: `${PYTHONPATH}:${import.meta.dir}`,
          SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
        },
        stdout: 'pipe',
        stderr: 'pipe',
      },
    );
    const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
    if (code !== 0) console.error(output);
    expect(code).toBe(0);
    const ready = (await (await fetch(`${service.url}/health/ready`)).json()) as { circuits: object };
    expect(ready.circuits).toEqual({ kafka: 'closed', redis: 'closed' });
    await service.end('SIGTERM');
  }, 180_000);
});
