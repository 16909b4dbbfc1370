#!/usr/bin/python3
"""Writes truth/SCENARIO.json: what the range did, from its own commands and
the servers' logs; no packet is looked at. Usage: truth.py SCRATCH RANGE SCENARIO..."""
import datetime
import glob
import json
import os
import re
import subprocess
import sys

W, RANGE, SCENARIOS = sys.argv[1], sys.argv[2], sys.argv[3:]


def iso(seconds):
    t = datetime.datetime.fromtimestamp(float(seconds), datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(path):
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.strip().startswith("{")]


def load_hosts():
    hosts = {}
    for line in read(RANGE + "/hosts.tsv").splitlines():
        if line and not line.startswith("#"):
            name, kind, ip, ip6, user, device, _ = line.split("\t")
            hosts[name] = {"name": name, "kind": kind, "ips": [ip] + ([] if ip6 == "-" else [ip6]), "device": device != "-"}
    return hosts


HOSTS = load_hosts()
OWNER = {ip: h["name"] for h in HOSTS.values() for ip in h["ips"]}


def name_of(ip):
    return OWNER.get(ip, "router" if ip == "10.10.0.1" else None)


def load_connections():
    """Successful connect() calls by the action that made them."""
    out = {}
    for path in glob.glob(W + "/m/*/connlog.jsonl"):
        for c in json_lines(read(path)):
            if c["event"] == "connect":
                out.setdefault(c["action"], []).append(c)
    for found in out.values():
        found.sort(key=lambda c: c["time_ns"])
    return out


CONNECTIONS = load_connections()
SERVERS = [c for c in CONNECTIONS.get("server", []) if c["proto"] == "tcp"]  # what servers opened


class Act:
    """One action: who ran what, what it printed, which connections it made."""

    def __init__(self, folder):
        self.folder = folder
        self.host, self.user, self.kind = (read(f"{folder}/{f}").strip() for f in ("host", "user", "kind"))
        self.argv = read(folder + "/argv").split("\0")[:-1]
        self.start, self.end = float(read(folder + "/start")), float(read(folder + "/end"))
        self.exit = int(read(folder + "/exit"))
        self.stdout, self.stderr = read(folder + "/stdout"), read(folder + "/stderr")
        self.all_connections = CONNECTIONS.get(os.path.basename(folder), [])
        self.connections = [c for c in self.all_connections if c["proto"] == "tcp"]

    def option(self, name, default=None):
        return self.argv[self.argv.index(name) + 1] if name in self.argv else default

    def curl(self):
        """What curl -w '%{json}' printed, one object per transfer."""
        return json_lines(self.stdout)


def acts(scenario):
    return sorted((Act(f) for f in glob.glob(f"{W}/acts/{scenario}/*")), key=lambda a: a.start)


def ends(c):
    """Both ends of a logged connection."""
    return {"time": iso(c["time_ns"] / 1e9), "client": c["local_ip"], "client_port": c["local_port"],
            "server": c["remote_ip"], "server_port": c["remote_port"], "client_name": name_of(c["local_ip"]),
            "server_name": name_of(c["remote_ip"]), "process": os.path.basename(c["exe"]),
            "process_id": c["pid"]}


def compact(d):
    return {k: v for k, v in d.items() if v not in (None, "")}


# --- http and tls share the web servers' logs ---------------------------------

def web_log(scenario):
    start, end = (float(read(f"{W}/times/{scenario}.{e}")) for e in ("start", "end"))
    rows = [r for h in ("www", "srv-web", "srv-app") for r in json_lines(read(f"{W}/m/{h}/log/access.jsonl"))]
    return sorted((r for r in rows if start <= r["time"] <= end), key=lambda r: r["time"])


def http(found):
    process, curls, uploads = {}, {}, {}
    for a in found:
        for c in a.connections:
            process[c["local_ip"], c["local_port"]] = c
        for t in a.curl():
            curls.setdefault((t["local_ip"], t["local_port"]), []).append(t)
        data = a.option("--data-binary", "")
        if data.startswith("@"):
            for c in a.connections:
                uploads[c["local_ip"], c["local_port"]] = os.path.getsize(data[1:].replace("/srv/", W + "/srv/", 1))
    for c in SERVERS:
        process[c["local_ip"], c["local_port"]] = c

    requests, tunnels = [], []
    for r in web_log("http"):
        key = (r["client_ip"], r["client_port"])
        if r["tls_version"]:  # inside the proxy's tunnel, not to be seen on the wire
            tunnels.append({"time": iso(r["time"]), "client": r["client_ip"], "client_port": r["client_port"], "server": r["server_ip"], "server_port": r["server_port"], "uri": r["uri"]})
            continue
        body = r["body_bytes_sent"]
        chunked = r["sent_transfer_encoding"] == "chunked"
        if chunked:  # the log counts the chunk sizes in, curl does not
            body = int(next(t["size_download"] for t in curls[key] if t["url_effective"].endswith(r["uri"])))
        decoded = body
        if r["sent_content_encoding"] == "gzip":
            decoded = os.path.getsize(W + "/www" + r["uri"])
        requests.append(compact({
            "time": iso(r["time"]), "client": r["client_ip"], "client_port": r["client_port"],
            "server": r["server_ip"], "server_port": r["server_port"],
            "client_name": name_of(r["client_ip"]), "server_name": name_of(r["server_ip"]),
            "trans_depth": r["request_number"], "method": r["method"], "host": r["host"], "uri": r["uri"],
            "version": r["protocol"].split("/")[1], "user_agent": r["user_agent"], "referrer": r["referrer"],
            "status_code": r["status"], "request_body_len": int(r["content_length"] or uploads.get(key, 0)),
            "response_body_len": body, "response_body_decoded_len": decoded,
            "response_chunked": chunked, "response_encoding": r["sent_content_encoding"],
            "request_chunked": key in uploads and not r["content_length"],
            "basic_user": r["basic_user"], "location": r["location"],
            "proxied": ["VIA -> " + r["via"]] if r["via"] else None,
            "process": os.path.basename(process[key]["exe"]) if key in process else None,
            "process_id": process[key]["pid"] if key in process else None,
        }))
    for a in found:  # towards the proxy: what curl sent and got
        if "-x" not in a.argv:
            continue
        for c, t in zip(a.connections, a.curl()):
            sent = dict(reversed(re.findall(r"^> ([\w-]+): (.*?)\r?$", a.stderr, re.M)))  # the first request wins
            connect = t["url"].startswith("https:")
            requests.append(compact({
                "time": iso(c["time_ns"] / 1e9), "client": c["local_ip"], "client_port": c["local_port"],
                "server": c["remote_ip"], "server_port": c["remote_port"],
                "client_name": name_of(c["local_ip"]), "server_name": name_of(c["remote_ip"]), "trans_depth": 1,
                "method": "CONNECT" if connect else "GET", "host": sent["Host"],
                "uri": re.search(r"CONNECT (\S+) HTTP", a.stderr).group(1) if connect else t["url"],
                "version": "1.1", "user_agent": a.option("-A"),
                "status_code": t["http_connect"] if connect else t["http_code"], "request_body_len": 0,
                "response_body_len": (0 if t["http_connect"] == 200 else None) if connect else int(t["size_download"]),
                "proxied": ["PROXY-CONNECTION -> " + sent["Proxy-Connection"]] if "Proxy-Connection" in sent else None,
                "process": os.path.basename(c["exe"]), "process_id": c["pid"],
            }))
    requests.sort(key=lambda r: r["time"])
    agents = {}
    for r in requests:
        if name_of(r["client"]) and HOSTS[r["client_name"]]["device"]:
            agents.setdefault(r["user_agent"], set()).add(r["client_name"])
    return {"requests": requests, "inside_tunnels": tunnels,
            "user_agents": [{"user_agent": u, "devices": sorted(d)} for u, d in sorted(agents.items(), key=lambda x: len(x[1]))]}


def tls(found):
    standard = dict(re.findall(r"^(\S+)\s+-\s+(\S+)", "\n".join(
        "%s - %s" % (f[2], f[0]) for f in (line.split() for line in subprocess.run(
            ["openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL"], capture_output=True, text=True).stdout.splitlines())
        if len(f) > 2), re.M))
    logged = {(r["client_ip"], r["client_port"]): r for r in web_log("tls") if r["tls_version"]}
    order = lambda dn: ",".join(reversed(re.split(r";\s*", dn)))  # curl prints the names in the certificate's order
    out = []
    for a in found:
        if not a.connections:
            continue
        f = ends(a.connections[0])
        f["client_tool"] = a.kind
        log = logged.get((f["client"], f["client_port"]), {})
        text = a.stdout + a.stderr
        if a.kind == "s_client":
            m = re.search(r"^(New|Reused), (\S+), Cipher is (\S+)", text, re.M)
            f["sni"] = a.option("-servername")
            f["established"] = bool(m) and m.group(3) != "(NONE)" and "SSL alert number" not in a.stderr
            if f["established"]:
                f.update(resumed=m.group(1) == "Reused", version=m.group(2), cipher=m.group(3))
                f["alpn"] = next(iter(re.findall(r"^ALPN protocol: (\S+)", text, re.M)), None)
                f["key_exchange"] = next(iter(re.findall(r"^Server Temp Key: (.*)", text, re.M)), None)
            # A resumed session prints the certificate of the first one.
            if not f.get("resumed"):
                f["subject"] = next(iter(re.findall(r"^subject=(.*)", text, re.M)), None)
                f["issuer"] = next(iter(re.findall(r"^issuer=(.*)", text, re.M)), None)
            alert = re.search(r"SSL alert number (\d+)", a.stderr)
            if alert:
                f["alert"] = {"from": "server", "number": int(alert.group(1))}
            f["hello_version"] = next((o[1:] for o in a.argv if re.match(r"-tls1_\d$", o)), None)
        else:
            m = re.search(r"SSL connection using (\S+) / (\S+)", text)
            url = a.argv[-1]
            f["sni"] = re.sub(r"^https://([^/:]+).*", r"\1", url)
            f["established"] = bool(m)
            if m:
                f.update(resumed=False, version=m.group(1), cipher=m.group(2))
                f["alpn"] = next(iter(re.findall(r"ALPN: server accepted (\S+)", text)), None)
                f["subject"] = order(re.search(r"^\*  subject: (.*)", text, re.M).group(1).strip())
                f["issuer"] = order(re.search(r"^\*  issuer: (.*)", text, re.M).group(1).strip())
            elif "TLS alert, unknown CA" in text:
                f["alert"] = {"from": "client", "number": 48}
        if f.get("cipher"):
            f["cipher_standard_name"] = standard.get(f["cipher"], f["cipher"])
        f["certificate_on_wire"] = f.get("version") != "TLSv1.3" and not f.get("resumed") and "subject" in f and bool(f["subject"])
        f["curve"] = log.get("tls_curve")
        f["client_subject"], f["client_issuer"] = log.get("tls_client_subject"), log.get("tls_client_issuer")
        if log:  # both sides must agree
            assert log["tls_version"] == f["version"] and log["tls_cipher"] == f["cipher"], (log, f)
            assert (log["tls_reused"] == "r") == f["resumed"], (log, f)
        out.append(compact(f))
    return {"handshakes": out}


# --- ssh ----------------------------------------------------------------------

def ssh(found):
    keys = {}
    for h in ("srv-ssh1", "srv-ssh2", "srv-ssh3"):
        for kind in ("ed25519", "rsa"):
            path = f"{W}/keys/{h}_{kind}.pub"
            print_of = lambda alg: subprocess.run(["ssh-keygen", "-l", "-E", alg, "-f", path],
                                                  capture_output=True, text=True, check=True).stdout.split()[1]
            keys[h, kind] = {"host_key_sha256": print_of("sha256"), "host_key_md5": print_of("md5").removeprefix("MD5:")}
    out = []
    for a in found:
        if not a.connections:
            continue
        c = a.connections[0]
        f = ends(c)
        log = [l for l in read(f"{W}/m/{f['server_name']}/log/sshd.log").splitlines()
               if re.search(rf"\b{re.escape(f['client'])} port {f['client_port']}\b", l)]
        failed = [m for l in log for m in re.findall(r"^Failed (\w+) for (?:invalid user )?(\S+) from", l)]
        accepted = [m for l in log for m in re.findall(r"^Accepted (\w+) for (\S+) from", l)]
        one = lambda pattern, text=a.stderr: next(iter(re.findall(pattern, text, re.M)), None)
        banner = lambda s: s if s is None or s.startswith("SSH-") else "SSH-2.0-" + s
        f.update(
            user=(accepted or failed or [(None, None)])[0][1], failed_attempts=len(failed),
            failed_methods=sorted({m for m, _ in failed}), accepted_method=accepted[0][0] if accepted else None,
            attempts=len(failed) + len(accepted), success=bool(accepted),
            outcome="accepted" if accepted else "refused" if failed else "left before authentication",
            kind=a.kind,
            client_banner={"early": "SSH-2.0-RangeScan_1.0"}.get(a.kind) or one(r"^debug1: Local version string (.*?)\r?$")
            or one(r"^We claim version: (.*?)\r?$"),
            server_banner=banner(one(r"remote software version (.*?)\r?$") or one(r"^Remote version: (.*?)\r?$")
                                 or a.stdout.strip().split("\n")[0]),
            kex=one(r"^debug1: kex: algorithm: (\S+)"), host_key_algorithm=one(r"^debug1: kex: host key algorithm: (\S+)"),
            cipher=one(r"server->client cipher: (\S+)"), mac=one(r"server->client cipher: \S+ MAC: (\S+)"),
            compression=one(r"server->client cipher: .* compression: (\S+)"))
        used = one(r"^debug1: Server host key: (\S+ SHA256:\S+)")
        if used or a.kind == "plink":
            f.update(keys[f["server_name"], "rsa" if used and "rsa" in used.split()[0] else "ed25519"])
            assert not used or used.split()[1] == f["host_key_sha256"]
        out.append(compact(f))
    return {"sessions": out}


# --- icmp ---------------------------------------------------------------------

def icmp(found):
    pings = []
    for a in found:
        m = re.search(r"(\d+) packets transmitted, (\d+) received.*time (\d+)ms", a.stdout)
        sent, received, ms = map(int, m.groups())
        dst, size = a.argv[-1], int(a.option("-s", 56))
        pings.append({
            "time": iso(a.start), "src": HOSTS[a.host]["ips"][0], "dst": dst, "src_name": a.host, "dst_name": name_of(dst),
            "payload_size": size, "sent": sent, "received": received, "sent_payload_bytes": sent * size,
            "received_payload_bytes": received * size, "duration": ms / 1000, "interval": float(a.option("-i", 1)),
            "account": a.user, "kind": a.kind})
    return {"pings": pings}


# --- dns ----------------------------------------------------------------------

def dns(found):
    queries = []
    configured = {h: re.findall(r"^nameserver (\S+)", read(f"{W}/m/{h}/etc/resolv.conf"), re.M) for h in HOSTS}
    for a in found:
        blocks = a.stdout.split(";; ->>HEADER<<- ")[1:]
        for n, b in enumerate(blocks):
            head = re.match(r"opcode: \S+ status: (\w+), id: (\d+)\n;; flags: ([a-z ]*);", b.replace("QUERY, ", "QUERY "))
            qname, qtype = re.search(r"^;; QUESTION SECTION:\n;(\S+)\s+IN\s+(\S+)", b, re.M).groups()
            section = re.search(r"^;; ANSWER SECTION:\n(.*?)\n\n", b, re.M | re.S)
            answers = [dict(zip(("name", "ttl", "type", "data"), (m[0], int(m[1]), m[2], m[3])))
                       for m in re.findall(r"^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$", section.group(1), re.M)] if section else []
            server, port, proto = re.search(r"SERVER: ([^#]+)#(\d+)\([^)]*\) \((\w+)\)", b).groups()
            same = [c for c in a.all_connections if c["remote_port"] == 53 and c["remote_ip"] == server
                    and c["proto"] == proto.lower()]
            c = same[n] if len(same) == len(blocks) else None
            queries.append(compact({
                "time": iso(c["time_ns"] / 1e9 if c else a.start), "client": c["local_ip"] if c else HOSTS[a.host]["ips"][":" in server],
                "client_port": c["local_port"] if c else None, "client_name": a.host,
                "server": server, "server_port": int(port), "server_name": name_of(server), "proto": proto.lower(),
                "trans_id": int(head.group(2)), "qname": qname.rstrip(".") or ".", "qtype": qtype, "rcode": head.group(1),
                "flags": head.group(3).split(), "answers": answers,
                "configured_resolver": server in configured[a.host], "process": "dig", "kind": a.kind}))
    queries.sort(key=lambda q: q["time"])
    over_tcp = {(c["local_ip"], c["local_port"]) for c in SERVERS}
    forwarded = [{"client": ip, "client_port": int(port), "server": HOSTS["upstream"]["ips"][0], "server_port": 53,
                  "proto": "tcp" if (ip, int(port)) in over_tcp else "udp", "qname": name, "qtype": kind}
                 for ip, port, kind, name in re.findall(r"^dnsmasq: \d+ ([\d.]+)/(\d+) query\[(\w+)\] (\S+) from", read(
                     W + "/m/upstream/log/dnsmasq.log"), re.M)]
    return {"queries": queries, "forwarded_by_resolver": forwarded}


# --- ntlm ---------------------------------------------------------------------

def ntlm(found):
    attempts, process = [], {}
    for a in found:
        for c in a.connections:
            process[c["local_ip"], c["local_port"]] = (a, c)
    for r in json_lines(read(W + "/m/srv-files/log/smbd.log")):
        if r.get("type") != "Authentication":
            continue
        r = dict(r["Authentication"], timestamp=r["timestamp"])
        _, client, port = r["remoteAddress"].split(":")
        _, server, server_port = r["localAddress"].split(":")
        attempts.append({"time": iso(datetime.datetime.strptime(r["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()),
                         "client": client, "client_port": int(port), "server": server, "server_port": int(server_port),
                         "user": r["clientAccount"], "domain": r["clientDomain"], "workstation": r["workstation"],
                         "success": r["status"] == "NT_STATUS_OK", "server_status": r["status"],
                         "response": r["passwordType"],
                         "carrier": {"SMB": "smb1", "SMB2": "smb2"}[r["serviceDescription"]]})
    for r in json_lines(read(W + "/m/srv-app/log/ntlm.jsonl")):
        attempts.append({"time": iso(r["time"]), "client": r["client"], "client_port": r["client_port"],
                         "server": HOSTS["srv-app"]["ips"][0], "server_port": 8080, "user": r["user"],
                         "domain": r["domain"], "workstation": r["workstation"], "success": r["success"],
                         "response": "NTLMv2", "carrier": "http"})
    for f in attempts:
        a, c = process[f["client"], f["client_port"]]
        f.update(client_name=a.host, server_name=name_of(f["server"]), process=os.path.basename(c["exe"]), kind=a.kind)
    return {"attempts": sorted(attempts, key=lambda f: f["time"])}


# --- ftp ----------------------------------------------------------------------

def ftp(found):
    sessions = []
    for a in found:
        if not a.connections:
            continue
        f = ends(a.connections[0])
        f.update(user=None, login=None, tls=False, commands=[], transfers=[])
        mode, more = None, False
        for line in read(f"{a.folder}/server-{f['server_port']}.log").splitlines():
            m = re.match(r'.{24} \[pid \d+\] (?:\[[^]]*\] )?(FTP command|FTP response): Client "[^"]*", "(.*)"$', line)
            if m and m.group(1) == "FTP command":
                # lftp puts Telnet's urgent mark before ABOR, the log shows it as "????".
                command, _, arg = m.group(2).lstrip("?").partition(" ")
                f["commands"].append(compact({"command": command, "arg": arg}))
                if command == "USER":
                    f["user"] = arg
                if command in ("PORT", "EPRT", "PASV", "EPSV"):
                    mode = command
            elif m:
                reply = re.match(r"(\d{3})([ -])(.*)", m.group(2))
                if not reply or reply.group(2) == "-":
                    continue  # one of several lines
                code = int(reply.group(1))
                if code == 220 and not f["commands"]:
                    f["banner"] = reply.group(3)
                    continue
                last = f["commands"][-1]
                # 150 then 226: a transfer has two replies.
                last.setdefault("replies", []).append({"code": code, "msg": reply.group(3)})
                if last["command"] == "PASS":
                    f["login"] = code == 230
                if last["command"] == "AUTH" and code == 234:
                    f["tls"] = True
            else:
                m = re.match(r'.{24} \[pid \d+\] \[[^]]*\] (OK|FAIL) (UPLOAD|DOWNLOAD): Client "[^"]*", "([^"]*)"(?:, (\d+) bytes)?', line)
                if m:
                    f["transfers"].append({"ok": m.group(1) == "OK", "direction": m.group(2).lower(), "path": m.group(3),
                                           "bytes": int(m.group(4) or 0), "mode": mode})
        # After the control connection: data connections, whoever opened them.
        active = [c for c in SERVERS if c["local_port"] == 20 and a.start <= c["time_ns"] / 1e9 <= a.end]
        f["data_connections"] = [{k: v for k, v in ends(c).items() if k in ("client", "client_port", "server", "server_port")}
                                 for c in a.connections[1:] + active]
        sessions.append(compact(f))
    return {"sessions": sessions}


# --- smtp ---------------------------------------------------------------------

def smtp(found):
    log = json_lines(read(W + "/m/srv-mail/log/smtp.jsonl"))
    sessions, mails = [], []
    for a in found:
        f = ends(a.connections[0])
        mine = [r for r in log if (r["client"], r["client_port"]) == (f["client"], f["client_port"])]
        replies = re.findall(r"^<([-~*]+)\s+(.*?)\r?$", a.stdout, re.M)
        clear = [r for mark, r in replies if "~" not in mark]
        f.update(helo=a.option("--ehlo"), tls="--tls" in a.argv, last_reply=replies[-1][1], last_clear_reply=clear[-1],
                 auth=[{"user": r["user"], "success": r["success"]} for r in mine if r["event"] == "auth"])
        sessions.append(compact(f))
        for r in mine:
            if r["event"] in ("mail", "refused"):
                mails.append(compact({
                    "time": iso(r["time"]), "client": f["client"], "client_port": f["client_port"], "server": f["server"],
                    "server_port": f["server_port"], "client_name": a.host, "helo": r["helo"], "tls": r["tls"],
                    "accepted": r["event"] == "mail",
                    **{k: r.get(k) for k in ("mail_from", "rcpt_to", "subject", "header_from", "header_to", "message_id",
                                             "size", "parts")}}))
    return {"sessions": sessions, "mails": mails}


FACTS = {"http": http, "ssh": ssh, "icmp-sweep": icmp, "icmp-exfil": icmp, "dns": dns, "tls": tls, "ntlm": ntlm, "ftp": ftp,
         "smtp": smtp}

for scenario in SCENARIOS:
    truth = {"scenario": scenario, "started": iso(read(f"{W}/times/{scenario}.start")),
             "ended": iso(read(f"{W}/times/{scenario}.end")), "expect": json.loads(read(f"{W}/expect/{scenario}.json"))}
    truth.update(FACTS[scenario](acts(scenario)))
    # One fact per line keeps the differences between two recordings readable.
    lines = []
    for key, value in truth.items():
        if isinstance(value, list):
            items = ",\n".join("    " + json.dumps(v, ensure_ascii=False) for v in value)
            lines.append(f"  {json.dumps(key)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    with open(f"{RANGE}/truth/{scenario}.json", "w") as out:
        out.write("{\n" + ",\n".join(lines) + "\n}\n")
