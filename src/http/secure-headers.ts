import { secureHeaders } from 'hono/secure-headers';

/** What answers tell browsers: nothing of this service is to be guessed at, framed, or embedded elsewhere. */
export const SECURE_HEADERS = {
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/**
 * Middleware that sets `SECURE_HEADERS`. `Strict-Transport-Security` is left to what does TLS for the host name,
 * since it binds other services of that name. The others of Hono's are for pages with scripts and plug-ins.
 */
export const withSecureHeaders = secureHeaders({
  crossOriginResourcePolicy: SECURE_HEADERS['Cross-Origin-Resource-Policy'],
  referrerPolicy: SECURE_HEADERS['Referrer-Policy'],
  xContentTypeOptions: SECURE_HEADERS['X-Content-Type-Options'],
  xFrameOptions: SECURE_HEADERS['X-Frame-Options'],
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});
