#!/usr/bin/python3
"""Writes telemetry/*.json: what the machines' sensors tell, in the form in
which Defender streams its advanced hunting tables. Usage: telemetry.py SCRATCH RANGE"""
import datetime
import glob
import hashlib
import ipaddress
import json
import os
import sys

W, RANGE = sys.argv[1], sys.argv[2]
TENANT = "00000000-0000-0000-0000-000000000000"
DOMAIN = "range.example"


def stamp(ns):
    seconds, rest = divmod(int(ns), 10**9)
    t = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%S") + ".%07dZ" % (rest // 100)


def load_hosts():
    hosts = []
    for line in open(RANGE + "/hosts.tsv"):
        if line.strip() and not line.startswith("#"):
            name, kind, ip, ip6, user, device, about = line.rstrip("\n").split("\t")
            if device != "-":
                hosts.append({"name": name, "kind": kind, "ip": ip, "ip6": None if ip6 == "-" else ip6, "user": user, "device": device})
    return hosts


HOSTS = load_hosts()
NAMES = {int(f[2]): f[0] for f in (line.split(":") for line in open(W + "/etc/passwd"))}
FIRST = min(float(open(f).read()) for f in glob.glob(W + "/times/*.start"))
BOOT = int(FIRST * 1e9) - 20 * 10**9  # machines report themselves before anything happens
DAY = 86400 * 10**9

reports = {}


def base(host, ns):
    """Columns every table has; ReportId counts per device."""
    reports[host] = reports.get(host, 0) + 1
    return {"Timestamp": stamp(ns), "DeviceId": hashlib.sha1(f"wirehunt range {host}".encode()).hexdigest(),
            "DeviceName": f"{host}.{DOMAIN}", "ReportId": reports[host]}


def write(table, rows):
    rows.sort(key=lambda r: r["Timestamp"])
    records = [json.dumps({"time": r["Timestamp"], "tenantId": TENANT, "operationName": "Publish",
                           "category": "AdvancedHunting-" + table, "properties": r}, ensure_ascii=False) for r in rows]
    with open(f"{RANGE}/telemetry/{table}.json", "w") as f:
        f.write('{"records":[\n' + ",\n".join(records) + "\n]}\n")
    print(f"{table}: {len(rows)} rows", file=sys.stderr)


# --- machines -----------------------------------------------------------------

# Now, and a day before: only the newest row of a machine counts.
FACING = {"srv-web": (True, True), "srv-files": (False, True), "srv-app": (True, False)}
PUBLIC_PORT = {"srv-web": 80, "srv-files": 445}


def device_info():
    rows = []
    for h in HOSTS:
        before, now = FACING.get(h["name"], (False, False))
        for ns, facing in ((BOOT - DAY, before), (BOOT, now)):
            row = base(h["name"], ns)
            row.update({
                "OSPlatform": "Linux", "OSDistribution": "Debian", "OSVersion": "12", "OSArchitecture": "64-bit",
                "DeviceCategory": "Endpoint", "DeviceType": "Workstation" if h["device"] == "workstation" else "Server",
                "OnboardingStatus": "Onboarded", "SensorHealthState": "Active", "IsAzureADJoined": False,
                "LoggedOnUsers": json.dumps([{"UserName": h["user"], "DomainName": "RANGE"}]) if h["user"] != "root" else "[]",
                "MachineGroup": "Range", "IsInternetFacing": facing})
            if facing and h["name"] in PUBLIC_PORT:
                row["AdditionalFields"] = json.dumps({
                    "InternetFacingLocalIp": h["ip"], "InternetFacingLocalPort": PUBLIC_PORT[h["name"]],
                    "InternetFacingTransportProtocol": "Tcp", "InternetFacingLastSeen": stamp(ns)})
            rows.append(row)
    write("DeviceInfo", rows)


def device_network_info():
    rows = []
    for h in HOSTS:
        conf = f"{W}/m/{h['name']}/etc/resolv.conf"
        servers = [line.split()[1] for line in open(conf)] if os.path.exists(conf) else ["10.10.0.53"]
        addresses = [{"IPAddress": h["ip"], "SubnetPrefix": 24, "AddressType": "Private"}]
        gateways = ["10.10.0.1"]
        if h["ip6"]:
            addresses.append({"IPAddress": h["ip6"], "SubnetPrefix": 64, "AddressType": "Private"})
            gateways.append("fd00:10:10::1")
        row = base(h["name"], BOOT)
        row.update({
            "NetworkAdapterName": "eth0", "NetworkAdapterType": "Ethernet", "NetworkAdapterStatus": "Up", "TunnelType": "None",
            "MacAddress": "02%02X%02X%02X%02X01" % tuple(map(int, h["ip"].split("."))),
            "ConnectedNetworks": json.dumps([{"Name": DOMAIN, "IsConnectedToInternet": True, "Category": "Private"}]),
            "DnsAddresses": json.dumps(servers), "DefaultGateways": json.dumps(gateways), "IPAddresses": json.dumps(addresses)})
        rows.append(row)
    write("DeviceNetworkInfo", rows)


# --- processes ----------------------------------------------------------------

hashes = {}


def file_facts(host, path):
    """Hashes and size of a file as the machine sees it."""
    real = W + f"/m/{host}" + path if path.startswith("/home/") else path
    if os.path.basename(path) == "ping":
        real = W + "/bin/ping"  # what is mounted there
    if real not in hashes:
        try:
            data = open(real, "rb").read()
            hashes[real] = tuple(getattr(hashlib, a)(data).hexdigest() for a in ("sha1", "sha256", "md5")) + (len(data),)
        except OSError:
            hashes[real] = None
    return hashes[real]


def process(host, line, full=True):
    """InitiatingProcess columns."""
    row = {
        "InitiatingProcessFileName": os.path.basename(line["exe"]), "InitiatingProcessFolderPath": line["exe"],
        "InitiatingProcessId": line["pid"], "InitiatingProcessCommandLine": " ".join(
            a if a and not set(a) & set(" \"'\\;{}") else '"' + a.replace('"', '\\"') + '"' for a in line["cmdline"].split("\0")),
        "InitiatingProcessAccountName": NAMES.get(line["uid"], ""), "InitiatingProcessAccountDomain": "range"}
    if "created_ns" in line:
        row["InitiatingProcessCreationTime"] = stamp(line["created_ns"])
    facts = file_facts(host, line["exe"])
    if facts:
        row["InitiatingProcessSHA1"] = facts[0]
        if full:
            row.update(InitiatingProcessSHA256=facts[1], InitiatingProcessMD5=facts[2], InitiatingProcessFileSize=facts[3])
    if line.get("parent_exe"):
        row.update(InitiatingProcessParentFileName=os.path.basename(line["parent_exe"]),
                   InitiatingProcessParentId=line["parent_pid"],
                   InitiatingProcessParentCreationTime=stamp(line["parent_created_ns"]))
    return row


def sensor_lines(host):
    try:
        return sorted((json.loads(s) for s in open(f"{W}/m/{host}/connlog.jsonl")), key=lambda e: e["time_ns"])
    except FileNotFoundError:
        return []


def ip_type(ip):
    # Documentation prefixes play the public internet here.
    a = ipaddress.ip_address(ip)
    inside = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fc00::/7"))
    return "Loopback" if a.is_loopback else "Private" if any(a.version == n.version and a in n for n in inside) else "Public"


def network_events():
    rows = []
    for h in HOSTS:
        for e in sensor_lines(h["name"]):
            if e["event"] != "connect" or e["proto"] != "tcp" or e["remote_ip"].startswith("127."):
                continue
            row = base(h["name"], e["time_ns"])
            row.update({
                "ActionType": "ConnectionSuccess", "LocalIP": e["local_ip"], "LocalPort": e["local_port"],
                "RemoteIP": e["remote_ip"], "RemotePort": e["remote_port"], "Protocol": "Tcp",
                "LocalIPType": ip_type(e["local_ip"]), "RemoteIPType": ip_type(e["remote_ip"])})
            row.update(process(h["name"], e))
            rows.append(row)
    write("DeviceNetworkEvents", rows)


def image_loads():
    """Shared objects of the first process of every program on every machine."""
    rows, kept = [], {}
    for h in HOSTS:
        for e in sensor_lines(h["name"]):
            if e["event"] != "images" or os.path.basename(e["exe"]) in ("bash", "sleep", "env", "cat", "sed"):
                continue
            program = (h["name"], e["exe"])
            if kept.setdefault(program, (e["pid"], set()))[0] != e["pid"]:
                continue
            for path in e["paths"]:
                # The program itself is no image it loads; connlog is the sensor.
                if path == e["exe"] or path in kept[program][1] or path.endswith("/connlog.so"):
                    continue
                kept[program][1].add(path)
                row = base(h["name"], e["time_ns"])
                row.update({"ActionType": "ImageLoaded", "FileName": os.path.basename(path), "FolderPath": path})
                facts = file_facts(h["name"], path)
                if facts:
                    row.update(SHA1=facts[0], FileSize=facts[3])
                row.update(process(h["name"], e, full=False))
                rows.append(row)
    write("DeviceImageLoadEvents", rows)


device_info()
device_network_info()
network_events()
image_loads()
