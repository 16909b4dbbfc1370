#!/usr/bin/python3
"""DNS server of the TXT tunnel: answers every TXT question below its domain
with a line of data, everything else with NXDOMAIN. Usage: tunnel-dns.py IP DOMAIN"""
import base64
import hashlib
import socket
import struct
import sys

IP, DOMAIN = sys.argv[1], sys.argv[2].lower()


def question(packet):
    """Name, type and end of the first question."""
    labels, at = [], 12
    while packet[at]:
        size = packet[at]
        labels.append(packet[at + 1:at + 1 + size].decode("ascii", "replace"))
        at += 1 + size
    return ".".join(labels), struct.unpack("!H", packet[at + 1:at + 3])[0], at + 5


def answer(packet):
    name, qtype, end = question(packet)
    flags = 0x8400 | struct.unpack("!H", packet[2:4])[0] & 0x0100
    body = packet[12:end]
    if qtype != 16 or not name.lower().endswith("." + DOMAIN):
        return packet[:2] + struct.pack("!HHHHH", flags | 3, 1, 0, 0, 0) + body
    text = base64.b64encode(hashlib.sha512(name.lower().encode()).digest() * 2)[:160]
    record = struct.pack("!HHHIH", 0xC00C, 16, 1, 0, len(text) + 1) + bytes([len(text)]) + text
    return packet[:2] + struct.pack("!HHHHH", flags, 1, 1, 0, 0) + body + record


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((IP, 53))
while True:
    data, peer = server.recvfrom(4096)
    try:
        server.sendto(answer(data), peer)
    except (IndexError, struct.error):
        pass  # not a query
