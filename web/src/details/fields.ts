// AdditionalFields in plain words, per ActionType.  What is not named here
// keeps its own name; its description comes from the server's schema.

type Names = Record<string, string>;

const common: Names = {
  direction: "Direction",
  uid: "Connection (uid)",
  ts: "Record time",
  version: "Version",
  tags: "Tags",
};

const conn: Names = {
  conn_state: "Connection state",
  duration: "Duration",
  missed_bytes: "Bytes missed in gaps",
  orig_bytes: "Payload sent",
  orig_ip_bytes: "IP bytes sent",
  orig_pkts: "Packets sent",
  resp_bytes: "Payload received",
  resp_ip_bytes: "IP bytes received",
  resp_pkts: "Packets received",
};

const byAction: Record<string, Names> = {
  SshConnectionInspected: {
    auth_success: "Signed in",
    auth_attempts: "Sign-in attempts",
    client: "Client",
    server: "Server",
    version: "SSH version",
    cipher_alg: "Cipher",
    mac_alg: "Message authentication",
    compression_alg: "Compression",
    kex_alg: "Key exchange",
    host_key_alg: "Host key type",
    host_key: "Host key (MD5)",
    host_key_fingerprint: "Host key fingerprint",
  },
  HttpConnectionInspected: {
    method: "Method",
    host: "Host",
    uri: "Path and query",
    user_agent: "User agent",
    referrer: "Referrer",
    version: "HTTP version",
    status_code: "Status",
    status_msg: "Status text",
    request_body_len: "Request body",
    response_body_len: "Response body",
    trans_depth: "Request number",
    resp_mime_types: "Response content",
    orig_mime_types: "Request content",
    resp_fuids: "Response files",
    orig_fuids: "Request files",
  },
  SslConnectionInspected: {
    version: "TLS version",
    cipher: "Cipher suite",
    curve: "Curve",
    server_name: "Server name (SNI)",
    resumed: "Resumed",
    established: "Established",
    subject: "Certificate subject",
    issuer: "Certificate issuer",
    client_subject: "Client certificate subject",
    client_issuer: "Client certificate issuer",
    next_protocol: "Next protocol (ALPN)",
    ssl_history: "Handshake history",
    ja3: "JA3",
    ja3s: "JA3S",
    ja4: "JA4",
    ja4s: "JA4S",
    validation_status: "Certificate check",
  },
  DnsConnectionInspected: {
    trans_id: "Transaction",
    rtt: "Answered after",
    query: "Query",
    qclass: "Class (number)",
    qclass_name: "Class",
    qtype: "Type (number)",
    qtype_name: "Type",
    rcode: "Result (number)",
    rcode_name: "Result",
    AA: "Authoritative answer",
    TC: "Truncated",
    RD: "Recursion desired",
    RA: "Recursion available",
    answers: "Answers",
    TTLs: "Times to live",
    rejected: "Rejected",
  },
  IcmpConnectionInspected: conn,
  NtlmAuthenticationInspected: {
    username: "User",
    hostname: "Client host",
    domainname: "Domain",
    success: "Succeeded",
    server_nb_computer_name: "Server (NetBIOS)",
    server_nb_domain_name: "Server domain (NetBIOS)",
    server_dns_computer_name: "Server (DNS)",
    server_tree_name: "Server forest",
    server_version: "Server version",
    version: "Client version",
  },
  FtpConnectionInspected: {
    user: "User",
    password: "Password",
    command: "Command",
    arg: "Argument",
    mime_type: "Content",
    file_size: "File size",
    reply_code: "Reply",
    reply_msg: "Reply text",
    passive: "Passive",
  },
};

// conn_state in words (Zeek, base/protocols/conn/main.zeek).
const connStates: Names = {
  S0: "attempt seen, no reply",
  S1: "established, not ended",
  SF: "established and ended normally",
  REJ: "attempt rejected",
  S2: "established, closed by the originator only",
  S3: "established, closed by the responder only",
  RSTO: "established, reset by the originator",
  RSTR: "reset by the responder",
  RSTOS0: "originator sent SYN and then RST, no reply",
  RSTRH: "responder sent SYN ACK and then RST, no SYN seen",
  SH: "originator sent SYN and then FIN, no reply",
  SHR: "responder sent SYN ACK and then FIN, no SYN seen",
  OTH: "no SYN seen, only traffic in the middle",
};

/** The name of a member in plain words. */
export function fieldLabel(action: string, member: string): string {
  const own = (names: Names | undefined) => (names && Object.hasOwn(names, member) ? names[member] : undefined);
  return (Object.hasOwn(byAction, action) ? own(byAction[action]) : undefined) ?? own(conn) ?? own(common) ?? member;
}

/** What the text of a member means, where that is not plain; else "". */
export function fieldNote(member: string, value: string): string {
  switch (member) {
    case "conn_state":
      return Object.hasOwn(connStates, value) ? (connStates[value] ?? "") : "";
    case "direction":
      return value === "In" ? "to the device" : value === "Out" ? "from the device" : "";
    case "ts": {
      // FILETIME: 100 ns since 1601.
      const ms = Number(value) / 1e4 - 11_644_473_600_000;
      return /^\d{17,18}$/.test(value) ? new Date(ms).toISOString().replace("T", " ").slice(0, 23) : "";
    }
    case "duration":
    case "rtt":
      return value === "" ? "" : "seconds";
  }
  return "";
}

/** The ActionType of a row that does not name it, by the members of its bag. */
export function guessAction(members: readonly string[]): string {
  let best = "";
  let most = 2; // Two members that fit are no proof.
  for (const [action, names] of Object.entries(byAction)) {
    const n = members.filter((m) => Object.hasOwn(names, m)).length;
    if (n > most) [best, most] = [action, n];
  }
  return best;
}
