"""The network of the demo operator, the services on it and its alarms. Tables; invented names."""

from tmf_server.demo.builders.network import alarm, crossing, resource, service

CORE = [
    resource(
        "PhysicalResource", f"core-{number}", "core router", place,
        values={"vendor": "Northlight", "ports": 48, "throughput": 3600.0, "redundantPower": True},
        connects=links, states={"usageState": "active"},
        own={"serialNumber": f"NL-CR-{number:04}", "powerState": "fullPower"},
    )
    for number, place, links in [
        (1, "site-harbour", "link-core-1-2 link-core-3-1"),
        (2, "site-hill", "link-core-1-2 link-core-2-3"),
        (3, "site-docks", "link-core-2-3 link-core-3-1"),
    ]
]  # fmt: skip
LINKS = [
    resource(
        "LogicalResource", f"link-{ends}", "optical link", place,
        values={"bandwidth": 400, "unit": "Gbit/s", "length": length}, states={"usageState": "active"},
        own={"value": f"wavelength {channel}"},
    )
    for ends, place, length, channel in [
        ("core-1-2", "site-harbour", 12.4, 1), ("core-2-3", "site-hill", 18.9, 2), ("core-3-1", "site-docks", 15.2, 3),
        ("north", "site-north", 6.1, 11), ("south", "site-south", 7.3, 12),
    ]
]  # fmt: skip
PORTS = [
    resource(
        "PhysicalResource", f"port-{side}-{card}-{port}", "line port", f"site-{side}",
        values={"capacity": 64, "technology": "XGS-PON", "wavelength": 1577},
        own={"serialNumber": f"NL-LP-{side[0].upper()}{card}{port}", "powerState": "fullPower"},
    )
    for side in ("north", "south")
    for card in (1, 2)
    for port in (1, 2, 3, 4)
]  # fmt: skip
CARDS = [
    resource(
        "PhysicalResource", f"card-{side}-{card}", "line card", f"site-{side}",
        values={"vendor": "Northlight", "slot": card, "ports": 4}, states={"usageState": "active"},
        contains=" ".join(f"port-{side}-{card}-{port}" for port in (1, 2, 3, 4)),
        own={"serialNumber": f"NL-LC-{side[0].upper()}{card}", "powerState": "fullPower"},
    )
    for side in ("north", "south")
    for card in (1, 2)
]  # fmt: skip
NODES = [
    resource(
        "PhysicalResource", f"access-{side}", "access node", f"site-{side}",
        values={"vendor": "Northlight", "slots": 8, "software": "7.2.1"}, states={"usageState": "active"},
        contains=f"card-{side}-1 card-{side}-2", connects=f"link-{side}",
        own={"serialNumber": f"NL-AN-{side[0].upper()}01", "powerState": "fullPower"},
    )
    for side in ("north", "south")
]  # fmt: skip
PREMISES = [
    resource(
        "PhysicalResource", id_, category, place, status=status, states={"lifecycleState": lifecycle},
        values={"capacity": 1, "model": model, "macAddress": f"02:00:5e:00:10:{place_number:02}"},
        own={"serialNumber": f"NL-CE-{place_number:04}", "powerState": "fullPower"},
    )
    for place_number, (id_, category, model, place, status, lifecycle) in enumerate(
        [
            ("cpe-lindqvist", "home router", "HR-70", "site-quay", "available", "installed"),
            ("cpe-okafor", "home router", "HR-70", "site-quay", "available", "installed"),
            ("cpe-moreau", "home router", "HR-60", "site-market", "available", "installed"),
            ("cpe-tanaka", "home router", "HR-70", "site-market", "available", "planned"),
            ("cpe-stock-1", "home router", "HR-70", "site-harbour", "standby", "planned"),
            ("edge-head-office", "edge device", "ED-5000", "site-docks", "available", "installed"),
            ("edge-branch-1", "edge device", "ED-200", "site-quay", "available", "installed"),
            ("edge-branch-2", "edge device", "ED-200", "site-market", "available", "installed"),
            ("cpe-bakery", "home router", "HR-70", "site-market", "available", "installed"),
            ("cpe-varga", "home router", "HR-70", "site-lane", "available", "installed"),
        ],
        start=1,
    )
]  # fmt: skip
POOLS = [
    resource(
        "LogicalResource", id_, "address pool", "site-harbour", own={"value": value},
        values={"capacity": capacity, "addressFamily": family},
    )
    for id_, value, capacity, family in [
        ("pool-homes", "198.51.100.0/25", 126, "IPv4"),
        ("pool-business", "203.0.113.0/26", 62, "IPv4"),
        ("pool-homes-v6", "2001:db8:100::/40", 65536, "IPv6"),
    ]
]  # fmt: skip
RESOURCES = [*LINKS, *CORE, *POOLS, *PREMISES, *PORTS, *CARDS, *NODES]

CUSTOMER_OF = {"bakery": "customer-lamplight-bakery"}
FASTER, FAST = {"downloadSpeed": 1000, "uploadSpeed": 500}, {"downloadSpeed": 500, "uploadSpeed": 250}
LINES = [
    service(
        f"line-{name}", "RFS", CUSTOMER_OF.get(name, f"customer-{name}"), place, state=state, status=status,
        kind="access line", on=resources, values={"technology": "XGS-PON", "profile": profile},
    )
    for name, place, state, status, resources, profile in [
        ("lindqvist", "site-quay", "active", "running", "port-north-1-1 cpe-lindqvist", "1000/500"),
        ("okafor", "site-quay", "active", "degraded", "port-south-2-1 cpe-okafor", "500/250"),
        ("moreau", "site-market", "suspended", "stopped", "port-south-1-1 cpe-moreau", "500/250"),
        ("tanaka", "site-market", "reserved", "pending", "port-north-1-2 cpe-tanaka", "500/250"),
        ("bakery", "site-market", "active", "running", "port-south-1-1 cpe-bakery", "500/250"),
        ("varga", "site-lane", "active", "running", "port-north-1-3 cpe-varga", "500/250"),
    ]
]  # fmt: skip
HOMES = [
    service(
        f"internet-{name}", "CFS", CUSTOMER_OF.get(name, f"customer-{name}"), place, state=state, status=status,
        over=f"line-{name}", on=pools, values=speed | {"staticAddress": pools == "pool-business"},
    )
    for name, place, state, status, pools, speed in [
        ("lindqvist", "site-quay", "active", "running", "pool-homes pool-homes-v6", FASTER),
        ("okafor", "site-quay", "active", "degraded", "pool-homes", FAST),
        ("moreau", "site-market", "suspended", "stopped", "pool-homes", FAST),
        ("tanaka", "site-market", "designed", "pending", "pool-homes", FAST),
        ("bakery", "site-market", "active", "running", "pool-business", FAST),
        ("varga", "site-lane", "active", "running", "pool-homes pool-homes-v6", FAST),
    ]
]  # fmt: skip
OTHERS = [
    service(
        "television-lindqvist", "CFS", "customer-lindqvist", "site-quay", state="active", status="running",
        kind="live television", over="internet-lindqvist", values={"channels": 90, "parallelStreams": 3},
    ),
    service(
        "television-varga", "CFS", "customer-varga", "site-lane", state="active", status="running",
        kind="live television", over="internet-varga", values={"channels": 90, "parallelStreams": 3},
    ),
    service(
        "internet-lindqvist-2023", "CFS", "customer-lindqvist", "site-quay", state="terminated", status="stopped",
        values={"downloadSpeed": 200, "uploadSpeed": 100}, description="The access before the line was made faster.",
    ),
    service(
        "internet-docks-request", "CFS", "customer-harbour-freight", "site-docks",
        state="feasibilityChecked", status="unknown",
        values={"downloadSpeed": 2000, "uploadSpeed": 1000}, description="A second access that was asked for.",
    ),
    service(
        "backup-docks", "RFS", "customer-harbour-freight", "site-docks", state="inactive", status="configured",
        kind="access line", on="port-south-1-4", values={"technology": "XGS-PON", "profile": "1000/500"},
    ),
]  # fmt: skip
OVERLAY = [
    service(
        f"overlay-{name}", "RFS", "customer-harbour-freight", place, state="active", status=status,
        kind="overlay network", on=resources, values={"siteBandwidth": bandwidth, "resilience": resilience},
    )
    for name, place, status, resources, bandwidth, resilience in [
        ("head-office", "site-docks", "running", "edge-head-office port-south-1-2 port-north-2-1", 5000, "dual access"),
        ("branch-1", "site-quay", "running", "edge-branch-1 port-north-2-2", 200, "single access"),
        ("branch-2", "site-market", "limited", "edge-branch-2 port-south-1-3", 200, "single access"),
    ]
] + [
    service(
        "sdwan-harbour-freight", "CFS", "customer-harbour-freight", "site-docks", state="active", status="running",
        kind="managed network", over="overlay-head-office overlay-branch-1 overlay-branch-2", on="pool-business",
        values={"sites": 3, "firewall": True},
    )
]  # fmt: skip
SERVICES = [*LINES, *HOMES, *OTHERS, *OVERLAY]

ALARMS = [
    alarm(
        "alarm-card-south-2", "card-south-2", "equipmentAlarm", "replaceableUnitProblem", "critical",
        raised="2026-06-01T05:12:40.000Z", changed="2026-06-01T05:20:02.000Z", state="updated", place="site-south",
        details="Two of four ports have lost their laser.", repair="Replace the line card.",
        services="line-okafor internet-okafor", children="alarm-port-south-2-1 alarm-cpe-okafor",
        acknowledged=True, comment="A technician is on the way.",
    ),
    alarm(
        "alarm-port-south-2-1", "port-south-2-1", "communicationsAlarm", "lossOfSignal", "major",
        raised="2026-06-01T05:12:44.000Z", place="site-south", parent="alarm-card-south-2", services="line-okafor",
        details="No light from two of three terminals.", repair="See the alarm of the line card.",
    ),
    alarm(
        "alarm-cpe-okafor", "cpe-okafor", "communicationsAlarm", "communicationsSubsystemFailure", "minor",
        raised="2026-06-01T05:13:30.000Z", place="site-quay", parent="alarm-card-south-2", services="internet-okafor",
        details="The router reconnects every few minutes.", repair="See the alarm of the line card.",
    ),
    alarm(
        "alarm-link-core-3-1", "link-core-3-1", "qualityOfServiceAlarm", "thresholdCrossed", "minor",
        raised="2026-06-02T18:05:00.000Z", type="LogicalResource", place="site-docks", acknowledged=True,
        details="Used at 91 % for an hour.", repair="Move traffic to the other direction of the ring.",
        crossed=crossing("threshold-link-load", "load", "%", "91"),
    ),
    alarm(
        "alarm-pool-homes", "pool-homes", "processingErrorAlarm", "resourceAtOrNearingCapacity", "warning",
        raised="2026-06-03T07:00:00.000Z", type="LogicalResource", place="site-harbour",
        details="Fewer than ten addresses are free.", repair="Add a second block to the pool.",
        crossed=crossing("threshold-pool-use", "addresses in use", "%", "93"),
    ),
    alarm(
        "alarm-edge-branch-2", "edge-branch-2", "securityService", "authenticationFailure", "warning",
        raised="2026-06-03T22:41:09.000Z", place="site-market", services="overlay-branch-2",
        details="Nine failed logins at the local console.", repair="Ask the site who is at the console.",
    ),
    alarm(
        "alarm-power-north", "access-north", "environmentalAlarm", "rectifierLowVoltage", "major",
        raised="2026-05-20T02:14:00.000Z", cleared="2026-05-20T03:02:00.000Z", place="site-north", acknowledged=True,
        details="48 V supply at 44 V.", repair="Check the rectifier and the battery.", comment="Mains are back.",
    ),
    alarm(
        "alarm-core-2-temperature", "core-2", "environmentalAlarm", "temperatureUnacceptable", "minor",
        raised="2026-05-28T13:30:00.000Z", cleared="2026-05-28T16:45:00.000Z", place="site-hill",
        details="Inlet air at 41 °C.", repair="Check the air conditioning.", comment="The filter was changed.",
    ),
]  # fmt: skip

DOCUMENTS = [*RESOURCES, *SERVICES, *ALARMS]
"""Every record as a canonical document, what is referred to first."""
