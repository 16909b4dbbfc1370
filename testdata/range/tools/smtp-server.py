#!/usr/bin/python3
"""SMTP server with STARTTLS on both ports and AUTH on the second; one JSON
line per session event. Usage: smtp-server.py IP PORT1 PORT2 HOSTNAME CERT KEY LOG USER PASSWORD"""
import asyncio
import email
import email.policy
import functools
import json
import ssl
import sys
import time

from aiosmtpd.smtp import SMTP, AuthResult

ip, port1, port2, hostname, cert, key, log_file, user, password = sys.argv[1:]


def log(event, session, **facts):
    with open(log_file, "a") as f:
        f.write(json.dumps({"time": time.time(), "event": event, "client": session.peer[0],
                            "client_port": session.peer[1], "helo": session.host_name,
                            "tls": session.ssl is not None, **facts}) + "\n")


class Handler:
    async def handle_DATA(self, server, session, envelope):
        m = email.message_from_bytes(envelope.content, policy=email.policy.default)
        log("mail", session, mail_from=envelope.mail_from, rcpt_to=envelope.rcpt_tos, size=len(envelope.content),
            subject=str(m["subject"]), header_from=str(m["from"]), header_to=str(m["to"]), message_id=str(m["message-id"]),
            authenticated=str(session.auth_data or ""),
            parts=[{"type": p.get_content_type(), "filename": p.get_filename(), "size": len(p.get_payload(decode=True))}
                   for p in m.walk() if not p.is_multipart()])
        return "250 2.0.0 Ok: queued as RANGE%d" % len(envelope.content)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            log("refused", session, mail_from=envelope.mail_from, rcpt_to=[address])
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"


def authenticate(server, session, envelope, mechanism, data):
    ok = data.login == user.encode() and data.password == password.encode()
    log("auth", session, user=data.login.decode(), success=ok)
    return AuthResult(success=ok, handled=ok, auth_data=data.login.decode() if ok else None)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(cert, key)


async def main():
    loop = asyncio.get_running_loop()
    make = functools.partial(SMTP, Handler(), hostname=hostname, ident="ESMTP Range", tls_context=context, loop=loop)
    await loop.create_server(make, ip, int(port1))
    await loop.create_server(functools.partial(make, authenticator=authenticate, auth_require_tls=True), ip, int(port2))
    await asyncio.Event().wait()


asyncio.run(main())
