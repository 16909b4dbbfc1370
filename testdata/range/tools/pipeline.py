#!/usr/bin/python3
"""Sends several requests on one connection before reading any answer.
Usage: pipeline.py SERVER PORT HOST USER_AGENT URI..."""
import socket
import sys

server, port, host, agent, *uris = sys.argv[1:]
requests = b""
for n, uri in enumerate(uris):
    last = "close" if n == len(uris) - 1 else "keep-alive"
    requests += (f"GET {uri} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n"
                 f"Accept: */*\r\nConnection: {last}\r\n\r\n").encode()
with socket.create_connection((server, int(port)), timeout=10) as s:
    s.sendall(requests)
    while s.recv(65536):
        pass
