#!/usr/bin/env python3
"""What happened while clos-ovs.sh's traffic ran, from what its watchers captured: truth.py FILE.

Called by `clos-ovs.sh truth`, which sets the environment. The form is that of the truth files beside recorded
captures (testdata/captures/README.md)."""
import glob
import ipaddress
import json
import os
import re
import struct
import sys

S = os.environ["STATE"]
topo = json.load(open(S + "/topology.json"))
ifaces = [i for i in topo["interfaces"] if i]
hosts = [h for h in topo["hosts"] if h]
by_index = {(i["switch"], i["ifIndex"]): i for i in ifaces}
speed = ifaces[0]["speed"]

def pcap(path):
    with open(path, "rb") as f:
        data = f.read()
    if len(data) < 24:
        return
    unit = {0xa1b2c3d4: 1e-6, 0xa1b23c4d: 1e-9}[struct.unpack_from("<I", data)[0]]
    link = struct.unpack_from("<I", data, 20)[0]
    at, rec = 24, struct.Struct("<IIII")
    while at + 16 <= len(data):
        sec, sub, cap, size = rec.unpack_from(data, at)
        at += 16
        yield link, sec + sub * unit, data[at:at + cap], size
        at += cap

def ip_flow(p, kind):  # -> ((src, dst, proto, sport, dport), ttl, what tells one packet of the flow from another)
    if kind == 0x0800:
        if len(p) < 20 or struct.unpack_from(">H", p, 6)[0] & 0x1fff:
            return None
        proto, ttl, src, dst, l4, ident = p[9], p[8], p[12:16], p[16:20], (p[0] & 15) * 4, p[4:6]
    elif kind == 0x86dd:
        if len(p) < 40:
            return None
        proto, ttl, src, dst, l4, ident = p[6], p[7], p[8:24], p[24:40], 40, b""
    else:
        return None
    if proto not in (6, 17) or len(p) < l4 + (18 if proto == 6 else 8):
        return None
    sport, dport = struct.unpack_from(">HH", p, l4)
    if proto == 17 and dport == 4789 and len(p) >= l4 + 30:
        inner = ip_flow(p[l4 + 30:], struct.unpack_from(">H", p, l4 + 28)[0])
        return inner and (inner[0], ttl, inner[2])
    return ((src, dst, proto, sport, dport), ttl, ident + (p[l4 + 4:l4 + 8] + p[l4 + 16:l4 + 18] if proto == 6 else p[l4 + 6:l4 + 8]))

def name(key):
    return tuple(str(ipaddress.ip_address(a)) for a in key[:2]) + key[2:]

# the path: the ports that some packets of each flow were seen to cross, in the order of time
seen = {}
for f in glob.glob(S + "/cap/path-*.pcap"):
    switch = os.path.basename(f)[5:-5]
    for link, t, p, size in pcap(f):  # LINUX_SLL2
        kind, _, index, _, way = struct.unpack_from(">HHIHB", p)
        r = ip_flow(p[20:], kind) if (switch, index) in by_index else None
        if r:
            seen.setdefault(r[0], {}).setdefault(r[2], []).append((t, switch, way == 4, index, r[1]))

def trail(events):  # the hops of one packet, None unless it was seen all the way
    hops = []
    for t, switch, out, index, ttl in events:
        if not out:
            hops.append({"switch": switch, "in": index, "ttl": ttl})
        elif hops and hops[-1]["switch"] == switch and "out" not in hops[-1]:
            hops[-1]["out"] = index
        else:
            return None
    whole = hops and all("out" in h for h in hops) and len({h["switch"] for h in hops}) == len(hops) and by_index[hops[0]["switch"], hops[0]["in"]]["neighbour"][0] == "h" \
        and by_index[hops[-1]["switch"], hops[-1]["out"]]["neighbour"][0] == "h"
    return hops if whole else None

def segments(key):  # [[first seen, last seen, hops]]
    trails = []
    for events in seen.get(key, {}).values():
        events.sort()
        start = 0
        for i in range(1, len(events) + 1):  # the same mark again later is another packet
            if i == len(events) or events[i][0] - events[i - 1][0] > 0.2:
                h = trail(events[start:i])
                if h:
                    trails.append((events[start][0], h))
                start = i
    out = []
    for t, h in sorted(trails, key=lambda x: x[0]):
        if out and [x["switch"] for x in out[-1][2]] == [x["switch"] for x in h]:
            out[-1][1] = t
        else:
            out.append([t, t, h])
    return out

# the volume: what arrived at each host, per flow and second; frames without FCS
flows = {}
for f in glob.glob(S + "/cap/host-*.pcap") + glob.glob(S + "/cap/overlay-*.pcap"):
    for link, t, p, size in pcap(f):  # EN10MB
        r = ip_flow(p[14:], struct.unpack_from(">H", p, 12)[0])
        if r is None:
            continue
        e = flows.setdefault(r[0], [t, t, 0, 0, {}])
        e[1] = t
        e[2] += 1
        e[3] += size
        e[4][int(t)] = e[4].get(int(t), 0) + size
sessions = [json.loads(l.rstrip(",\n")) for l in open(S + "/sessions")]
session_of = {}
for s in sessions:
    try:
        r = json.load(open(S + "/iperf/" + s["id"] + ".json"))
    except ValueError:
        continue
    s["error"] = r.get("error")
    end = r.get("end", {})
    for k in ("sum_sent", "sum_received", "sum"):
        if k in end:
            s[k + "_bps"] = round(end[k].get("bits_per_second", 0))
            s["retransmits"] = end[k].get("retransmits", s.get("retransmits"))
    reverse = "-R" in s["options"].split()
    proto = 17 if "-u" in s["options"].split() else 6
    for c in r.get("start", {}).get("connected", []):
        a = (c["local_host"], c["remote_host"], proto, c["local_port"], c["remote_port"])
        b = (a[1], a[0], proto, a[4], a[3])
        session_of[b if reverse else a] = (s["id"], "data")
        session_of[a if reverse else b] = (s["id"], "ack")

out = []
for key, (first, last, frames, size, per_s) in flows.items():
    n = name(key)
    sid, role = session_of.get(n, (None, None))
    if sid is None:
        for s in sessions:
            if s["port"] in (n[3], n[4]) and n[2] == 6:
                sid, role = s["id"], "control"
    lo, hi = int(first), int(last)
    bps = [per_s.get(t, 0) * 8 for t in range(lo, hi + 1)]
    whole = bps[1:-1] or bps  # seconds the flow filled
    mean = sum(whole) / len(whole)
    seg = segments(key)
    hops = seg[0][2] if seg else []
    f = {"src": n[0], "dst": n[1], "proto": n[2], "sport": n[3], "dport": n[4], "session": sid, "role": role,
         "start": round(first, 6), "end": round(last, 6), "frames": frames, "bytes": size, "second0": lo, "bps": bps,
         "mean_bps": round(mean), "share": round(mean / speed, 4), "elephant": mean > speed / 10,
         "switches": [h["switch"] for h in hops], "hops": hops}
    if len(seg) > 1:
        f["moves"] = [{"from": round(a, 6), "to": round(b, 6), "switches": [h["switch"] for h in hops], "hops": hops} for a, b, hops in seg]
    out.append(f)
events = [json.loads(l) for l in open(S + "/events")]
out.sort(key=lambda f: (-f["bytes"], f["start"]))

def counters(path):
    r = {}
    for line in open(path):
        sw, port, ib, ip, idrop, ob, op, odrop = line.split()
        r[sw, port] = [int(x) for x in (ib, ip, idrop, ob, op, odrop)]
    return r
a, b = counters(S + "/counters.before"), counters(S + "/counters.after")
t0, t1 = float(open(S + "/t0").read()), float(open(S + "/t1").read())
for i in ifaces:
    k = (i["switch"], i["ifName"])
    if k in a and k in b:
        d = [y - x for x, y in zip(a[k], b[k])]
        i["during"] = dict(zip(("in_bytes", "in_frames", "in_drops", "out_bytes", "out_frames", "out_drops"), d))
env = os.environ
doc = {"kind": env["KIND"], "mode": env["MODE"], "scenario": open(S + "/scenario").read().strip(), "start": t0, "end": t1,
       "agent_settings": {"sampling": int(env["SAMPLING"]), "polling": int(env["POLLING"]), "header": int(env["HEADER"]), "ifspeed_shim": env["SPEED"] == "shim"},
       "link_speed": speed,  "elephant_threshold_bps": speed // 10,
       "agents": {i["agent"]: i["switch"] for i in ifaces}, "hosts": hosts, "events": events, "interfaces": ifaces, "sessions": sessions,
       "flows": out}
text = json.dumps(doc, indent=1)
text = re.sub(r"\[\s+((?:-?[\d.]+,\s+)*-?[\d.]+)\s+\]", lambda m: "[" + re.sub(r"\s+", "", m.group(1)) + "]", text)
text = re.sub(r"\{\s+(\"switch\"[^{}]*?)\s+\}", lambda m: "{" + re.sub(r"\s+", " ", m.group(1)) + "}", text)
open(sys.argv[1], "w").write(text + "\n")
el = [f for f in out if f["elephant"]]
bad = [f for f in out if f["role"] in ("data", "ack") and not f["switches"]]
print("truth: %d flows, %d elephants, %d without a path, %d moved; %s" % (len(out), len(el), len(bad), sum("moves" in f for f in out), ", ".join("%s %.1f%% via %s" % (f["session"], 100 * f["share"], "-".join(f["switches"])) for f in el)), file=sys.stderr)
