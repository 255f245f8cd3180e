/** How a greeting in text goes on to its end. */
type End =
  /** Up to the line feed. */
  | 'line'
  /** Lines with a hyphen behind the code, up to the one with a space there (RFC 5321 §4.2.1, RFC 959 §4.2). */
  | 'reply'
  /** Lines up to the one that begins with OK (RFC 5804 §1.7). */
  | 'capabilities';

/** A greeting in text that a server speaks first: what of it is always the same, and what stands there instead when it will not serve. */
interface Shape {
  readonly protocol: string;
  /** Matches the stable part: with this the server is ready. */
  readonly ready: RegExp;
  /** Matches what begins like a greeting and says no. */
  readonly refusing: RegExp;
  readonly end: End;
  /** Words of the greeting's text that tell protocols with the same codes apart. */
  readonly words: RegExp | undefined;
  /** Commands that a client begins with: they tell it better, also where the client does not wait for the greeting. */
  readonly commands: RegExp;
}

/** Commands of several protocols: what is said to a server before it has greeted. */
export const COMMON_COMMANDS = /^(QUIT|NOOP|HELP|LOGOUT)\b/i;

const REPLY_READY = /^220[ -]/;
const REPLY_REFUSING = /^[45][0-9][0-9][ -]/;
/** Every text. */
const ANY = undefined;
const NEVER = /(?!)/;

/** Greetings in text, in the order in which they are tried. */
export const SHAPES = [
  {
    protocol: 'ssh', // RFC 4253 §4.2; 1.99 is 2.0 with compatibility (§5.1). OpenSSH refuses with a plain line.
    ready: /^SSH-(2\.0|1\.99)-/,
    refusing: /^(Exceeded MaxStartups|Not allowed at this time)/,
    end: 'line',
    words: ANY,
    commands: /^SSH-/,
  },
  {
    protocol: 'smtp', // RFC 5321 §4.2, §4.3.1: 220; 421, 450, 521 or 554 refuse
    ready: REPLY_READY,
    refusing: REPLY_REFUSING,
    end: 'reply',
    // Only SMTP has these codes, and codes with dots behind them (RFC 3463).
    words: /SMTP|^(521|554)[ -]|^[45][0-9][0-9][ -][45]\.[0-9]+\.[0-9]+ /i,
    commands: /^(EHLO|HELO)\b/i,
  },
  {
    protocol: 'lmtp', // RFC 2033 §4.1
    ready: REPLY_READY,
    refusing: REPLY_REFUSING,
    end: 'reply',
    words: /LMTP/i,
    commands: /^LHLO\b/i,
  },
  {
    protocol: 'ftp', // RFC 959 §5.4: 220; 421 refuses, servers say 500 and 530 too
    ready: REPLY_READY,
    refusing: REPLY_REFUSING,
    end: 'reply',
    words: /FTP/i,
    commands: /^(USER|AUTH|FEAT|SYST|OPTS|HOST)\b/i,
  },
  {
    protocol: 'nntp', // RFC 3977 §5.1: 200 with posting, 201 without; 400 and 502 refuse
    ready: /^20[01] /,
    refusing: /^(400|502) /,
    end: 'line',
    words: /NNTP|NNRP|InterNetNews|news|posting/i,
    commands: /^(CAPABILITIES|MODE READER|GROUP|LIST|AUTHINFO|DATE|HELP)\b/i,
  },
  {
    protocol: 'pop3', // RFC 1939 §4
    ready: /^\+OK(?=[ \r\n])/,
    refusing: /^-ERR(?=[ \r\n])/,
    end: 'line',
    words: ANY,
    commands: /^(USER|CAPA|STLS|APOP|AUTH)\b/i,
  },
  {
    protocol: 'imap', // RFC 9051 §7.1: BYE refuses
    ready: /^\* (OK|PREAUTH)(?=[ \r\n])/,
    refusing: /^\* BYE(?=[ \r\n])/,
    end: 'line',
    words: ANY,
    commands: /^[^ ]+ (CAPABILITY|LOGIN|STARTTLS|AUTHENTICATE|ID|NOOP|LOGOUT)\b/i,
  },
  {
    protocol: 'sieve', // ManageSieve, RFC 5804 §1.7: capabilities, then OK; NO and BYE refuse
    ready: /^"(?=[A-Z]+"[^\n]*\n)/,
    refusing: /^(NO|BYE)(?= [("])/,
    end: 'capabilities',
    words: /^"IMPLEMENTATION" |\n"IMPLEMENTATION" |^(NO|BYE) /,
    commands: /^(AUTHENTICATE|CAPABILITY|STARTTLS|LOGOUT)\b/i,
  },
  {
    protocol: 'rsync', // rsync's own daemon protocol, lines end in LF
    ready: /^@RSYNCD: (?=[0-9])/,
    refusing: /^@ERROR/,
    end: 'line',
    words: ANY,
    commands: /^@RSYNCD: /,
  },
  {
    protocol: 'rfb', // VNC: RFC 6143 §7.1.1, always 12 bytes
    ready: /^RFB (?=[0-9]{3}\.[0-9]{3}\n)/,
    refusing: NEVER, // a reason comes only behind the client's version
    end: 'line',
    words: ANY,
    commands: /^RFB /,
  },
  {
    protocol: 'greeting', // a reply code, and nothing that tells whose
    ready: REPLY_READY,
    refusing: REPLY_REFUSING,
    end: 'reply',
    words: ANY,
    commands: NEVER,
  },
] as const satisfies readonly Shape[];

/** How greetings of a protocol end. */
export const endOf = (protocol: TextShape['protocol']): TextShape['end'] =>
  (SHAPES.find((shape) => shape.protocol === protocol) as TextShape).end;

/** The payload of MySQL's first packet begins with one of these (MySQL client/server protocol, Protocol::HandshakeV10 and ERR_Packet). */
export const MYSQL = { handshake: 0x0a, error: 0xff } as const;

/** Bytes between the version's NUL and the name of the authentication method (HandshakeV10); servers before 5.5 end there. */
export const MYSQL_MIDDLE_LENGTH = 44;

export type BannerProtocol = (typeof SHAPES)[number]['protocol'] | 'mysql';

/** A row of the table. */
export type TextShape = Shape & { readonly protocol: (typeof SHAPES)[number]['protocol'] };

/** `SMTP greeting 220`, `SSH greeting`. */
export function bannerTitle(protocol: BannerProtocol, opening: string): string {
  const title = protocol === 'greeting' ? 'greeting' : `${BANNER_LABELS[protocol]} greeting`;
  const code = /^[0-9]{3}/.exec(opening)?.[0];
  return code === undefined ? title : `${title} ${code}`;
}

/** How such protocols are called in sentences. */
export const BANNER_LABELS: Readonly<Record<BannerProtocol, string>> = {
  ssh: 'SSH',
  smtp: 'SMTP',
  lmtp: 'LMTP',
  ftp: 'FTP',
  nntp: 'NNTP',
  pop3: 'POP3',
  imap: 'IMAP',
  sieve: 'ManageSieve',
  rsync: 'rsync',
  rfb: 'VNC',
  greeting: 'greeting',
  mysql: 'MySQL',
};
