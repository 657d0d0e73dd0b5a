"""Which addresses an account may point at: http or https, and none that answers with this machine's own secrets."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

_METADATA_NAMES = {
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
}
_METADATA_NETWORKS = (
    ipaddress.ip_network("169.254.0.0/16"),
    ipaddress.ip_network("fe80::/10"),
    ipaddress.ip_network("fd00:ec2::254/128"),
    ipaddress.ip_network("100.100.100.200/32"),
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("192.0.0.192/32"),
    ipaddress.ip_network("0.0.0.0/32"),
    ipaddress.ip_network("::/128"),
)


def refuse_address(url: str) -> str:
    """Return why an account may not use an address, or an empty string if it may.

    Nothing is looked up: a name that resolves to such an address is the resolver's business at call time.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        port_is_bad = parts.port == 0
    except ValueError:
        return "it is not an address: its host or its port can not be read"  # the reason would repeat a part of it
    if reason := _refuse_form(url, parts, host):
        return reason
    if port_is_bad:
        return "port 0 is no port"
    if host in _METADATA_NAMES or any(_is_inside(host, network) for network in _METADATA_NETWORKS):
        return f"{host} is an address inside the machine or its cloud, not a model"
    return ""


def _refuse_form(url: str, parts: SplitResult, host: str) -> str:
    if parts.scheme not in {"http", "https"} or not host:
        return "it should begin with https:// or http:// and a host"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or password; keys belong into the environment"
    if "?" in url or "#" in url:
        return (
            "it holds a query or a fragment (? or #), and addresses are shown in reports; a key belongs into the "
            "environment variable that api_key_env names"
        )
    return "it holds a blank or a control character" if not url.isprintable() or " " in url else ""


def _is_inside(host: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    address = _address(host.partition("%")[0])
    return address is not None and address.version == network.version and address in network


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address a host is, in any spelling that connecting to it would accept."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _old_spelling(host)
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address.sixtofour or _translated(address) or address
    return address


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the old address inside a new one, for gateways that translate (RFC 6052) and the oldest mapping."""
    prefix, low = divmod(int(address), 1 << 32)
    return ipaddress.IPv4Address(low) if prefix in (0, 0x64FF9B << 64) and low > 1 else None


def _old_spelling(host: str) -> ipaddress.IPv4Address | None:
    """Read `0xA9FEA9FE`, `2852039166` and `0251.0376.0251.0376`, which the C library takes for addresses."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host)) if host and host[-1].isalnum() else None
    except (OSError, UnicodeError):
        return None
