#!/usr/bin/python3
"""HTTP server that asks for NTLM (MS-NLMP), checks the NTLMv2 response and
writes one JSON line per attempt. Usage: ntlm-http.py IP PORT LOG USER:PASSWORD..."""
import base64
import hmac
import http.server
import json
import os
import struct
import sys
import time

IP, PORT, LOG = sys.argv[1], int(sys.argv[2]), sys.argv[3]
USERS = dict(a.split(":", 1) for a in sys.argv[4:])
DOMAIN, COMPUTER, DNS = "RANGE", "SRV-APP", "range.example"
# Unicode, NTLM, extended session security, target info, 128 bit, always sign,
# version, request target, target type server.
FLAGS = 0x00000001 | 0x00000004 | 0x00000200 | 0x00008000 | 0x00020000 | 0x00080000 | 0x00800000 | 0x02000000 | 0x20000000


def md4(data):
    """RFC 1320; OpenSSL 3 no longer offers it."""
    mask = 0xFFFFFFFF
    rol = lambda v, s: (v << s | v >> 32 - s) & mask
    size = len(data) * 8
    data += b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", size)
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    rounds = (
        (lambda x, y, z: x & y | ~x & z, 0, (3, 7, 11, 19), list(range(16))),
        (lambda x, y, z: x & y | x & z | y & z, 0x5A827999, (3, 5, 9, 13), [i % 4 * 4 + i // 4 for i in range(16)]),
        (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, (3, 9, 11, 15),
         [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15]),
    )
    for block in range(0, len(data), 64):
        words = struct.unpack("<16I", data[block:block + 64])
        a, b, c, d = state
        for f, constant, shifts, order in rounds:
            for i, k in enumerate(order):
                a, b, c, d = d, rol(a + (f(b, c, d) & mask) + words[k] + constant & mask, shifts[i % 4]), b, c
        state = [s + v & mask for s, v in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


def pairs():
    """Target info: NetBIOS and DNS names of domain and computer, DNS tree, time."""
    filetime = int((time.time() + 11644473600) * 10**7)
    values = [(2, DOMAIN), (1, COMPUTER), (4, DNS), (3, COMPUTER.lower() + "." + DNS), (5, DNS)]
    out = b"".join(struct.pack("<HH", i, len(v) * 2) + v.encode("utf-16le") for i, v in values)
    return out + struct.pack("<HHQ", 7, 8, filetime) + struct.pack("<HH", 0, 0)


def challenge_message(challenge):
    name, info = DOMAIN.encode("utf-16le"), pairs()
    head = 56
    version = struct.pack("<BBH3xB", 10, 0, 20348, 15)
    return (b"NTLMSSP\0" + struct.pack("<IHHII", 2, len(name), len(name), head, FLAGS) + challenge + bytes(8)
            + struct.pack("<HHI", len(info), len(info), head + len(name)) + version + name + info)


def field(message, at):
    size, _, offset = struct.unpack("<HHI", message[at:at + 8])
    return message[offset:offset + size]


def check(message, challenge):
    """User, domain, workstation of a type 3 message and whether it proves the password."""
    unicode = struct.unpack("<I", message[60:64])[0] & 1
    text = lambda at: field(message, at).decode("utf-16le" if unicode else "latin-1")
    domain, user, workstation = text(28), text(36), text(44)
    response = field(message, 20)
    ok = False
    if user in USERS and len(response) > 24:
        nt = md4(USERS[user].encode("utf-16le"))
        key = hmac.new(nt, (user.upper() + domain).encode("utf-16le"), "md5").digest()
        proof = hmac.new(key, challenge + response[16:], "md5").digest()
        ok = hmac.compare_digest(proof, response[:16])
    return user, domain, workstation, ok


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "RangeApp/1.0"
    challenge = None

    def reply(self, status, body=b"", extra=()):
        self.send_response(status)
        for k, v in extra:
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        message = base64.b64decode(token) if kind == "NTLM" else b""
        if message[8:12] == b"\1\0\0\0":
            self.challenge = os.urandom(8)
            token = base64.b64encode(challenge_message(self.challenge)).decode()
            return self.reply(401, extra=[("WWW-Authenticate", "NTLM " + token)])
        if message[8:12] == b"\3\0\0\0" and self.challenge:
            user, domain, workstation, ok = check(message, self.challenge)
            with open(LOG, "a") as log:
                log.write(json.dumps({
                    "time": time.time(), "client": self.client_address[0], "client_port": self.client_address[1],
                    "user": user, "domain": domain, "workstation": workstation, "success": ok}) + "\n")
            if ok:
                return self.reply(200, b"welcome\n")
        return self.reply(401, b"who are you\n", [("WWW-Authenticate", "NTLM")])

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer((IP, PORT), Handler).serve_forever()
