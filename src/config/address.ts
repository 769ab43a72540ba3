import { type Config, ConfigError } from './config.ts';
import { Environment, problemsOf, type Variables } from './environment.ts';
import { settingsIn } from './strays.ts';
import { readTls, tlsFields } from './tls.ts';

const Address = Environment.pick({ HOST: true, PORT: true, ADMIN_PORT: true }).extend(tlsFields);

/**
 * The address of the API and its TLS, and the port of a worker, for a process that needs no other setting. Throws
 * a `ConfigError`.
 */
export function readAddress(variables: Variables): Pick<Config, 'host' | 'port' | 'adminPort' | 'tls'> {
  const { data, error } = Address.safeParse(settingsIn(variables));
  if (!data) throw new ConfigError(problemsOf(error));
  return { host: data.HOST, port: data.PORT, adminPort: data.ADMIN_PORT, tls: readTls(data) };
}
