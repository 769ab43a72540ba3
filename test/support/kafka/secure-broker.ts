import { Authority, type Identity } from '../http/certificates.ts';
import { freePort } from '../process/free-port.ts';
import { KafkaService } from './service.ts';
import { localNode, nodeProperties, type Properties } from './node.ts';

const USER = { username: 'spillway', password: 'correct horse battery staple' } as const;

const LISTENERS = ['ssl', 'mtls', 'sasl', 'saslSsl'] as const;
type Listener = (typeof LISTENERS)[number];
const PROTOCOLS = { ssl: 'SSL', mtls: 'SSL', sasl: 'SASL_PLAINTEXT', saslSsl: 'SASL_SSL' } as const;

/** Kafka's module for each mechanism, with what it is told. */
const LOGINS = {
  PLAIN: `plain.PlainLoginModule required user_${USER.username}="${USER.password}"`,
  'SCRAM-SHA-256': 'scram.ScramLoginModule required',
  'SCRAM-SHA-512': 'scram.ScramLoginModule required',
  // With no other callback handler, Kafka takes unsigned tokens.
  OAUTHBEARER: 'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"',
};

/** A real broker that asks for certificates and passwords. */
export interface SecureKafka {
  /** Its side door, to make topics and to read them. */
  readonly service: KafkaService;
  /** `host:port` of each listener. `mtls` demands a client certificate; the `sasl` ones take every mechanism. */
  readonly listeners: Readonly<Record<Listener, string>>;
  /** The CA that issued the broker's certificate, and a client's certificate with its key. */
  readonly certificates: Identity & { readonly ca: string };
  /** Known to PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly user: { readonly username: string; readonly password: string };
  stop(): Promise<void>;
}

/** Starts it as a process of this machine. */
export async function secureKafka(): Promise<SecureKafka> {
  const authority = await Authority.found('Spillway tests');
  const [server, client] = await Promise.all([authority.issue('broker'), authority.issue('client')]);
  const ports = { ssl: 0, mtls: 0, sasl: 0, saslSsl: 0 };
  for (const name of LISTENERS) ports[name] = await freePort();
  const port = await freePort();
  const secure = LISTENERS.map((name) => [
    name.toUpperCase(),
    { port: ports[name], protocol: PROTOCOLS[name] },
  ]);
  const properties = nodeProperties({
    id: 1,
    controllers: { 1: await freePort() },
    listeners: { PLAINTEXT: { port, protocol: 'PLAINTEXT' }, ...Object.fromEntries(secure) },
    address: '127.0.0.1',
  });
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
    (mechanism) => `${mechanism}=[name=${USER.username},password="${USER.password}"]`,
  );
  const host = await localNode({ ...properties, ...security(server, authority.ca) }, { scram });
  const service = new KafkaService(`127.0.0.1:${port}`, host);
  await service.start();
  const at = (name: Listener) => `127.0.0.1:${ports[name]}`;
  return {
    service,
    listeners: { ssl: at('ssl'), mtls: at('mtls'), sasl: at('sasl'), saslSsl: at('saslSsl') },
    certificates: { ca: authority.ca, ...client },
    user: USER,
    stop: () => service.stop(),
  };
}

function security(server: Identity, ca: string): Properties {
  const logins = ['sasl', 'saslssl'].flatMap((listener) =>
    Object.entries(LOGINS).map(([mechanism, module]) => [
      `listener.name.${listener}.${mechanism.toLowerCase()}.sasl.jaas.config`,
      `org.apache.kafka.common.security.${module};`,
    ]),
  );
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': server.cert,
    'ssl.keystore.key': server.key,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': ca,
    'listener.name.mtls.ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': Object.keys(LOGINS).join(','),
    ...Object.fromEntries(logins),
  };
}
