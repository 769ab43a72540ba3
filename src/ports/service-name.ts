/** The services that stand behind circuits. */
export type ServiceName = 'kafka' | 'redis';
