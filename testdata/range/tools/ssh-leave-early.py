#!/usr/bin/python3
"""An SSH client that hangs up after the banners. Usage: ssh-leave-early.py SERVER PORT"""
import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10) as s:
    s.sendall(b"SSH-2.0-RangeScan_1.0\r\n")
    print(s.recv(256).decode().splitlines()[0])
