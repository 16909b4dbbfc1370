// What the ActionTypes of DeviceNetworkEvents mean.

const meanings: Record<string, string> = {
  ConnectionSuccess: "The device opened a connection, and the other side accepted it.",
  ConnectionFailed: "The device tried to open a connection and was refused, or got no answer.",
  ConnectionFound: "A connection was there when the sensor started to look.",
  ConnectionRequest: "The device asked for a connection.",
  ConnectionAttempt: "A network sensor saw the first packet (SYN) of a TCP connection.",
  ConnectionAcknowledged: "A network sensor saw the answer (SYN ACK) that accepts a TCP connection.",
  InboundConnectionAccepted: "The device accepted a connection from another.",
  InboundConnectionAttempt: "Another device tried to open a connection to this one.",
  InboundConnectionBlocked: "The device's firewall blocked a connection from another.",
  InboundInternetScanInspected: "A packet from a scan of the internet reached the device.",
  ListeningConnectionCreated: "A process began to accept connections at a port.",
  NetworkSignatureInspected: "The packets of a connection matched a signature.",
  DceRpcConnectionInspected: "A call of a DCE/RPC interface: endpoint and operation.",
  DhcpConnectionInspected: "A DHCP exchange: which address a device got, and the names that it gave.",
  DnsConnectionInspected: "A DNS query with its answer.",
  FileConnectionInspected: "A file in a connection: name, type, size, hashes.",
  FtpConnectionInspected: "An FTP command with its reply.",
  HttpConnectionInspected: "An HTTP request with its response.",
  IcmpConnectionInspected: "An ICMP exchange, such as pings, with its bytes.",
  KerberosConnectionInspected: "A Kerberos request for a ticket, and whether it was given.",
  LdapConnectionInspected: "An LDAP operation, such as a bind, with its result.",
  LdapSearchConnectionInspected: "An LDAP search: base, scope, filter, attributes.",
  NtlmAuthenticationInspected: "An NTLM sign-in: user, host, domain, and whether it succeeded.",
  QuicConnectionInspected: "A QUIC connection: version and server name.",
  RdpConnectionInspected: "A remote desktop session: client, cookie, security, result.",
  SmbConnectionInspected: "What a session did over SMB: shares, files, actions.",
  SmtpConnectionInspected: "A mail sent over SMTP: envelope and headers.",
  SshConnectionInspected: "An SSH session: software of both sides, algorithms, whether the sign-in succeeded.",
  SslConnectionInspected: "A TLS handshake: version, cipher, server name, certificates.",
};

/** What an ActionType means, in one sentence. */
export function actionMeaning(action: string): string {
  if (Object.hasOwn(meanings, action)) return meanings[action] ?? "";
  const protocol = /^(.+?)(Connection|Authentication)Inspected$/.exec(action)?.[1];
  return protocol ? `What the analyzer of ${protocol.toUpperCase()} understood of a connection.` : "";
}
