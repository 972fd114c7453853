"""The catalog of the demo operator: fibre, mobile, television, a bundle, business networks. Tables; invented names."""

from tmf_server.demo.builders.catalog import (
    catalog,
    category,
    characteristic,
    offering,
    price,
    specification,
    with_names,
)

SPECIFICATIONS = [
    specification(
        "spec-fibre-access", "Fibre access", "Symmetric or asymmetric internet access over a passive optical network.",
        "QN-FA-10", services="internet-access", resources="optical-line-port optical-terminal",
        characteristics=[
            characteristic("downloadSpeed", "Highest rate towards the customer.", [500, 200, 1000, 2000], "Mbit/s"),
            characteristic("uploadSpeed", "Highest rate from the customer.", [250, 100, 500, 1000], "Mbit/s"),
            characteristic("accessTechnology", "How the line is built.", ["XGS-PON", "GPON"]),
        ],
    ),
    specification(
        "spec-home-router", "Home router", "Router with wireless access that belongs to a fibre access.",
        "QN-HR-70", resources="home-router",
        characteristics=[
            characteristic("wifiStandard", "Generation of the wireless network.", ["Wi-Fi 7", "Wi-Fi 6"]),
            characteristic("ethernetPorts", "Sockets for wired devices.", [4, 8], "piece"),
        ],
    ),
    specification(
        "spec-static-address", "Static address", "One public IPv4 address that never changes.",
        "QN-SA-04", resources="ipv4-address",
        characteristics=[characteristic("addressFamily", "Version of the internet protocol.", ["IPv4"])],
    ),
    specification(
        "spec-mobile-line", "Mobile line", "Voice, messages and data on the mobile network.",
        "QN-ML-05", services="mobile-voice mobile-data", resources="mobile-number subscriber-profile",
        characteristics=[
            characteristic("dataVolume", "Data at full speed in a month.", [30, 10, 1000], "GB"),
            characteristic("networkGeneration", "The best radio network that the line may use.", ["5G", "4G"]),
            characteristic("roamingZone", "Where the volume may be used.", ["Zone 1", "Home", "World"]),
        ],
    ),
    specification(
        "spec-television", "Television", "Live channels and recordings over any internet access.",
        "QN-TV-02", services="live-television network-recorder",
        characteristics=[
            characteristic("channels", "Channels in the package.", [90, 40, 12], "piece"),
            characteristic("parallelStreams", "Devices that watch at the same time.", [3, 1], "piece"),
            characteristic("recordingHours", "Room for recordings.", [100, 20, 0], "h"),
        ],
    ),
    specification(
        "spec-home-bundle", "Home bundle", "Internet, mobile and television under one contract.",
        "QN-HB-01", bundles="spec-fibre-access spec-mobile-line spec-television",
        characteristics=[characteristic("billing", "How the parts are billed.", ["one bill"])],
    ),
    specification(
        "spec-sdwan-site", "SD-WAN site", "A business site on a managed overlay network, with its edge device.",
        "QN-SW-11", services="overlay-network managed-firewall", resources="edge-device",
        characteristics=[
            characteristic("siteBandwidth", "Encrypted throughput of the edge device.", [200, 1000, 5000], "Mbit/s"),
            characteristic("resilience", "How the site is connected.", ["dual access", "single access"]),
            characteristic("availability", "Agreed availability in a year.", [99.9, 99.5], "%"),
        ],
    ),
]  # fmt: skip

PRICES = [
    price("price-fibre-200", "Fibre 200 monthly", "Monthly charge of Fibre 200.", "recurring", 29.9, months=24),
    price("price-fibre-500", "Fibre 500 monthly", "Monthly charge of Fibre 500.", "recurring", 39.9, months=24),
    price("price-fibre-1000", "Fibre 1000 monthly", "Monthly charge of Fibre 1000.", "recurring", 54.9, months=24),
    price("price-fibre-2000", "Fibre 2000 monthly", "Monthly charge of Fibre 2000.", "recurring", 79.9, months=24),
    price("price-fibre-setup", "Fibre installation", "Laying of the line into the home.", "oneTime", 69.0),
    price("price-router", "Router monthly", "Rent of the home router.", "recurring", 4.9),
    price("price-static-address", "Static address monthly", "Monthly charge of one address.", "recurring", 5.0),
    price("price-mobile-10", "Mobile 10 monthly", "Monthly charge of Mobile 10.", "recurring", 9.9),
    price("price-mobile-30", "Mobile 30 monthly", "Monthly charge of Mobile 30.", "recurring", 17.9),
    price("price-mobile-max", "Mobile Max monthly", "Monthly charge of Mobile Max.", "recurring", 34.9),
    price("price-mobile-data", "Additional data", "Data beyond the volume of the month.", "usage", 2.0, unit="GB"),
    price("price-mobile-sim", "SIM card", "Issue of a SIM card, physical or embedded.", "oneTime", 4.9),
    price("price-tv-start", "TV Start monthly", "Monthly charge of TV Start.", "recurring", 6.9),
    price("price-tv-family", "TV Family monthly", "Monthly charge of TV Family.", "recurring", 14.9),
    price("price-tv-sports", "Sports package monthly", "Monthly charge of the sports package.", "recurring", 12.0),
    price("price-bundle-discount", "Bundle discount", "Taken off monthly charges.", "discount", None, percentage=15.0),
    price(
        "price-home-complete", "Home Complete monthly", "The monthly charges of the parts, with the bundle discount.",
        "recurring", 61.8, months=24, discount="price-bundle-discount",
        bundles="price-fibre-500 price-mobile-30 price-tv-family",
    ),
    price("price-sdwan-branch", "SD-WAN Branch monthly", "Monthly charge of a branch.", "recurring", 149.0, months=36),
    price("price-sdwan-hub", "SD-WAN Hub monthly", "Monthly charge of a hub.", "recurring", 690.0, months=36),
    price("price-sdwan-setup", "SD-WAN site setup", "Design, delivery and start of a site.", "oneTime", 390.0),
    price("price-cloud-traffic", "Cloud on-ramp traffic", "Traffic to cloud providers.", "usage", 0.04, unit="GB"),
]  # fmt: skip

RESIDENTIAL = [
    offering(
        "fibre-200", "Fibre 200", "Internet for small homes: 200 Mbit/s down, 100 Mbit/s up.",
        "cat-fibre", "spec-fibre-access", prices="price-fibre-200 price-fibre-setup",
        chosen={"downloadSpeed": (200, "Mbit/s"), "uploadSpeed": (100, "Mbit/s"), "accessTechnology": ("GPON", None)},
    ),
    offering(
        "fibre-500", "Fibre 500", "Internet for families: 500 Mbit/s down, 250 Mbit/s up.",
        "cat-fibre", "spec-fibre-access", prices="price-fibre-500 price-fibre-setup",
        chosen={"downloadSpeed": (500, "Mbit/s"), "uploadSpeed": (250, "Mbit/s"),
                "accessTechnology": ("XGS-PON", None)},
    ),
    offering(
        "fibre-1000", "Fibre 1000", "Internet for many devices: 1 Gbit/s down, 500 Mbit/s up.",
        "cat-fibre", "spec-fibre-access", prices="price-fibre-1000 price-fibre-setup",
        chosen={"downloadSpeed": (1000, "Mbit/s"), "uploadSpeed": (500, "Mbit/s"),
                "accessTechnology": ("XGS-PON", None)},
    ),
    offering(
        "fibre-2000", "Fibre 2000", "Internet for professionals at home: 2 Gbit/s down, 1 Gbit/s up.",
        "cat-fibre", "spec-fibre-access", prices="price-fibre-2000 price-fibre-setup",
        chosen={"downloadSpeed": (2000, "Mbit/s"), "uploadSpeed": (1000, "Mbit/s"),
                "accessTechnology": ("XGS-PON", None)},
        state="In test", sellable=False, reason="Being tried by staff",
    ),
    offering(
        "home-router", "Home router", "A router with Wi-Fi 7, set up and kept up to date.",
        "cat-fibre", "spec-home-router", prices="price-router",
        chosen={"wifiStandard": ("Wi-Fi 7", None), "ethernetPorts": (4, "piece")},
        requires="fibre-200 fibre-500 fibre-1000",
    ),
    offering(
        "static-address", "Static address", "An address of one's own for servers at home or in the shop.",
        "cat-fibre cat-business", "spec-static-address", prices="price-static-address",
        chosen={"addressFamily": ("IPv4", None)},
        requires="fibre-500 fibre-1000", months=1, segment="residential, business",
    ),
    offering(
        "mobile-10", "Mobile 10", "Unlimited calls and 10 GB a month.",
        "cat-mobile", "spec-mobile-line", prices="price-mobile-10 price-mobile-sim price-mobile-data",
        chosen={"dataVolume": (10, "GB"), "networkGeneration": ("4G", None), "roamingZone": ("Home", None)}, months=1,
    ),
    offering(
        "mobile-30", "Mobile 30", "Unlimited calls and 30 GB a month on 5G.",
        "cat-mobile", "spec-mobile-line", prices="price-mobile-30 price-mobile-sim price-mobile-data",
        chosen={"dataVolume": (30, "GB"), "networkGeneration": ("5G", None), "roamingZone": ("Zone 1", None)},
        months=12,
    ),
    offering(
        "mobile-max", "Mobile Max", "Unlimited calls and 1,000 GB a month on 5G, with roaming.",
        "cat-mobile", "spec-mobile-line", prices="price-mobile-max price-mobile-sim",
        chosen={"dataVolume": (1000, "GB"), "networkGeneration": ("5G", None), "roamingZone": ("World", None)},
    ),
    offering(
        "mobile-classic", "Mobile Classic", "The tariff of earlier years; kept for those who have it.",
        "cat-mobile", "spec-mobile-line", prices="price-mobile-10",
        chosen={"dataVolume": (10, "GB"), "networkGeneration": ("4G", None), "roamingZone": ("Home", None)},
        state="Retired", sellable=False, reason="Replaced by Mobile 10", months=1,
    ),
    offering(
        "tv-start", "TV Start", "40 channels on one device.",
        "cat-television", "spec-television", prices="price-tv-start",
        chosen={"channels": (40, "piece"), "parallelStreams": (1, "piece"), "recordingHours": (20, "h")}, months=1,
    ),
    offering(
        "tv-family", "TV Family", "90 channels on three devices, with recorder.",
        "cat-television", "spec-television", prices="price-tv-family",
        chosen={"channels": (90, "piece"), "parallelStreams": (3, "piece"), "recordingHours": (100, "h")}, months=12,
    ),
    offering(
        "tv-sports", "Sports package", "Twelve sports channels on top of a television package.",
        "cat-television", "spec-television", prices="price-tv-sports",
        chosen={"channels": (12, "piece")}, requires="tv-start tv-family", months=1,
    ),
    offering(
        "home-complete", "Home Complete", "Fibre 500, Mobile 30 and TV Family at one price, on one bill.",
        "cat-bundles", "spec-home-bundle", prices="price-home-complete price-fibre-setup",
        chosen={"billing": ("one bill", None)},
        bundles={"fibre-500": (1, 1, 1), "mobile-30": (1, 5, 1), "tv-family": (1, 1, 1), "home-router": (0, 1, 1)},
    ),
]  # fmt: skip

BUSINESS = [
    offering(
        "sdwan-branch", "SD-WAN Branch", "A branch on the managed network, with edge device and firewall.",
        "cat-sdwan", "spec-sdwan-site", prices="price-sdwan-branch price-sdwan-setup price-cloud-traffic",
        chosen={"siteBandwidth": (200, "Mbit/s"), "resilience": ("single access", None), "availability": (99.5, "%")},
        months=36, channel="business sales", segment="business", sla="business standard",
    ),
    offering(
        "sdwan-hub", "SD-WAN Hub", "The head office or data centre, connected twice.",
        "cat-sdwan", "spec-sdwan-site", prices="price-sdwan-hub price-sdwan-setup price-cloud-traffic",
        chosen={"siteBandwidth": (5000, "Mbit/s"), "resilience": ("dual access", None), "availability": (99.9, "%")},
        months=36, channel="business sales", segment="business", sla="business premium",
    ),
]  # fmt: skip

CATEGORIES = [
    category("cat-home", "At home", "Everything for the home.", below="cat-fibre cat-television cat-bundles"),
    category(
        "cat-fibre", "Fibre internet", "Internet access by fibre, and what belongs to it.", parent="cat-home",
        offers="fibre-200 fibre-500 fibre-1000 fibre-2000 home-router static-address",
    ),
    category(
        "cat-television", "Television", "Channels and recordings.", parent="cat-home",
        offers="tv-start tv-family tv-sports",
    ),
    category("cat-bundles", "Bundles", "Several products at one price.", parent="cat-home", offers="home-complete"),
    category(
        "cat-mobile", "Mobile", "Calls and data on the way.", offers="mobile-10 mobile-30 mobile-max mobile-classic"
    ),
    category("cat-business", "Business", "For companies.", below="cat-sdwan", offers="static-address"),
    category(
        "cat-sdwan", "SD-WAN", "Sites of a company on one managed network.", parent="cat-business",
        offers="sdwan-branch sdwan-hub",
    ),
]  # fmt: skip

CATALOGS = [
    catalog("catalog-residential", "Quillnet for you", "What people can buy.", "residential", "cat-home cat-mobile"),
    catalog("catalog-business", "Quillnet Business", "What companies can buy.", "business", "cat-business"),
]  # fmt: skip

DOCUMENTS = with_names([*SPECIFICATIONS, *PRICES, *RESIDENTIAL, *BUSINESS, *CATEGORIES, *CATALOGS])
"""Every record of the demo as a canonical document, what is referred to first."""
