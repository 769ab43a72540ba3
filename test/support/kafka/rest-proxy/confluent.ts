import { javaText } from './java-texts.ts';

/** How Confluent's proxies number what Kafka said. API v2 knows two numbers for most of it. */
export function confluentError(error: string, topic: string, api: 'v2' | 'v3') {
  return { code: codeOf(error, api), text: javaText(error, topic) };
}

function codeOf(error: string, api: 'v2' | 'v3'): number {
  switch (error) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return 40_301;
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return api === 'v2' ? 50_003 : 40_401;
    case 'MESSAGE_TOO_LARGE':
      return api === 'v2' ? 50_002 : 413;
    case 'INVALID_TOPIC_EXCEPTION':
      return api === 'v2' ? 50_002 : 40_002;
    case 'INVALID_RECORD':
    case 'INVALID_TIMESTAMP':
      return 50_002;
    default:
      return 50_003;
  }
}
